using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ptgp.QA;

/// <summary>Reads a text or a list of texts, and writes a list of one as the text alone.</summary>
internal sealed class ContextsConverter : JsonConverter<IReadOnlyList<string>>
{
    /// <inheritdoc />
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var element = JsonElement.ParseValue(ref reader);
        var items = element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray()] : new[] { element };
        return items.All(item => item.ValueKind == JsonValueKind.String)
            ? [.. items.Select(item => item.GetString()!)]
            : throw new JsonException("A context must be a text or a list of texts.");
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value is [var only])
        {
            writer.WriteStringValue(only);
            return;
        }

        writer.WriteStartArray();
        foreach (var text in value)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
