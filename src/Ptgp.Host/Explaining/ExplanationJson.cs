using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Ptgp.Backbone.Explaining;

namespace Ptgp.Host.Explaining;

/// <summary>Writes explanations as JSON: for scripts a line each, and for pages so that nothing in it can be taken for markup.</summary>
internal static class ExplanationJson
{
    /// <summary>Lets letters of all scripts stand as they are, and writes what HTML could mistake as <c>\u003C</c> and the like.</summary>
    public static readonly JavaScriptEncoder ForPages = JavaScriptEncoder.Create(UnicodeRanges.All);

    /// <summary>Writes one explanation.</summary>
    public static string Write(Explanation explanation, JavaScriptEncoder encoder)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Encoder = encoder }))
        {
            Write(writer, explanation);
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter writer, Explanation explanation)
    {
        writer.WriteStartObject();
        writer.WriteString("task", explanation.Task);
        writer.WriteString("plugin", explanation.Plugin);
        writer.WriteString("backbone", explanation.Backbone.Name);
        writer.WriteString("family", explanation.Backbone.Family);
        writer.WritePropertyName("input");
        explanation.Input.WriteTo(writer);
        writer.WritePropertyName("answer");
        explanation.Answer.WriteTo(writer);
        writer.WriteString("text", explanation.Text);
        WriteAll(writer, "remarks", explanation.Remarks, writer.WriteStringValue);
        writer.WriteNumber("opening", explanation.Opening);
        WriteAll(writer, "passes", explanation.Passes, pass => Write(writer, pass));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ExplainedPass pass)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", pass.IsWritten ? "written" : "predicted");
        if (pass.Text is not null)
        {
            writer.WriteString("text", pass.Text);
            WriteNumber(writer, "score", pass.Score ?? 0);
        }

        WriteAll(writer, "source", pass.Source, place => Write(writer, place));
        WriteAll(writer, "written", pass.Written, place => Write(writer, place));
        WriteAll(writer, "attributions", pass.Attributions, attributed => Write(writer, attributed));
        WriteAll(writer, "attention", pass.Attention, group => Write(writer, group));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, SourcePlace place)
    {
        writer.WriteStartObject();
        writer.WriteString("text", place.Text);
        if (place.Id is { } id)
        {
            writer.WriteNumber("id", id);
            writer.WriteString("entry", place.Entry);
            writer.WriteBoolean("special", place.IsSpecial);
        }

        if (place.Field is not null)
        {
            writer.WriteString("field", place.Field);
            writer.WriteNumber("start", place.Start);
            writer.WriteNumber("end", place.Start + place.Length);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, WrittenPlace place)
    {
        writer.WriteStartObject();
        Write(writer, place.Token);
        if (!place.Token.IsSpecial)
        {
            writer.WriteNumber("start", place.Start);
        }

        writer.WriteBoolean("given", place.IsPrefix);
        Rate(writer, place.LogProbability);
        writer.WriteNumber("rank", place.Rank);
        if (place.Chosen is { } chosen)
        {
            WriteNumber(writer, "chosenLogProbability", chosen);
        }

        WriteAll(writer, "alternatives", place.Alternatives, other =>
        {
            writer.WriteStartObject();
            Write(writer, other.Token);
            Rate(writer, other.LogProbability);
            writer.WriteEndObject();
        });
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, TokenName token)
    {
        writer.WriteString("text", token.Text);
        writer.WriteNumber("id", token.Id);
        writer.WriteString("entry", token.Entry);
        writer.WriteBoolean("special", token.IsSpecial);
    }

    private static void Rate(Utf8JsonWriter writer, double logProbability)
    {
        WriteNumber(writer, "probability", Math.Exp(logProbability));
        WriteNumber(writer, "logProbability", logProbability);
    }

    private static void Write(Utf8JsonWriter writer, Attributed attributed)
    {
        writer.WriteStartObject();
        writer.WriteString("method", JsonNamingPolicy.CamelCase.ConvertName(attributed.Method.ToString()));
        if (attributed.Place is { } place)
        {
            writer.WriteNumber("place", place);
        }

        var attribution = attributed.Attribution;
        WriteNumber(writer, "score", attribution.Score);
        if (attribution is { BaselineScore: { } baseline, CompletenessError: { } error })
        {
            WriteNumber(writer, "baselineScore", baseline);
            WriteNumber(writer, "completenessError", error);
        }

        WriteAll(writer, "values", attribution.Values, value => WriteNumber(writer, null, value));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, AttentionGroup group)
    {
        writer.WriteStartObject();
        writer.WriteString("of", JsonNamingPolicy.CamelCase.ConvertName(group.Of.ToString()));
        WriteAll(writer, "rows", group.Rows, writer.WriteStringValue);
        WriteAll(writer, "columns", group.Columns, writer.WriteStringValue);
        WriteAll(writer, "layers", group.Layers, map => Write(writer, map));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, AttentionMap map)
    {
        writer.WriteStartObject();
        writer.WriteNumber("layer", map.Layer);
        WriteAll(writer, "heads", Enumerable.Range(0, map.Heads), head =>
            WriteAll(writer, null, Enumerable.Range(0, map.Rows), row =>
                WriteAll(writer, null, Enumerable.Range(0, map.Columns), column => writer.WriteNumberValue(Math.Round((decimal)map[head, row, column], 4)))));
        writer.WriteEndObject();
    }

    private static void WriteAll<T>(Utf8JsonWriter writer, string? name, IEnumerable<T> items, Action<T> write)
    {
        if (name is null)
        {
            writer.WriteStartArray();
        }
        else
        {
            writer.WriteStartArray(name);
        }

        foreach (var item in items)
        {
            write(item);
        }

        writer.WriteEndArray();
    }

    // Seven digits are all that float32 has. What is no number, such as the logarithm of 0, is null.
    private static void WriteNumber(Utf8JsonWriter writer, string? name, double value)
    {
        if (name is not null)
        {
            writer.WritePropertyName(name);
        }

        if (double.IsFinite(value))
        {
            writer.WriteNumberValue((float)value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
