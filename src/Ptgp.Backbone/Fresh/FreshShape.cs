using System.Text.Json.Nodes;

namespace Ptgp.Backbone;

/// <summary>A shape in which a backbone can be pre-trained. <c>shapes.json</c> beside this file holds all of them: what <c>config.json</c> and <c>generation_config.json</c> will say.</summary>
/// <remarks>A shape that is <c>like</c> another has its fields too. Texts such as <c>{pad}</c> stand for what depends on the vocabulary; ids below 0 count from its end.</remarks>
public sealed class FreshShape
{
    /// <summary>The smallest vocabulary: an end, padding, what is unknown, and something to say.</summary>
    public const int SmallestVocabulary = 4;

    private readonly JsonObject described;

    private FreshShape(string name, JsonObject described) => (Name, this.described) = (name, described);

    /// <summary>Gets all shapes there are.</summary>
    public static IReadOnlyList<FreshShape> All { get; } = Read();

    /// <summary>Gets its name, such as <c>vaswani-base</c>.</summary>
    public string Name { get; }

    /// <summary>Gets what it is, in a line.</summary>
    public string About => (string)described["about"]!;

    /// <summary>Gets its family, as <c>config.json</c> names it.</summary>
    public string Family => (string)described["config"]!["model_type"]!;

    /// <summary>Gets how its weights are drawn.</summary>
    internal FreshDrawing Drawing => Enum.Parse<FreshDrawing>((string)described["drawn"]!, ignoreCase: true);

    /// <summary>Numbers the special ids of a vocabulary as the shape's family does.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is smaller than <see cref="SmallestVocabulary"/>.</exception>
    internal FreshVocabulary Number(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, SmallestVocabulary);
        return new(count, Of("end"), Of("pad"));

        int? Of(string role) => (int?)described["ids"]![role] is { } id ? (id + count) % count : null;
    }

    /// <summary>Takes the special ids of a tokenizer. One that does not tell padding from the end gets a row more for it.</summary>
    /// <exception cref="CheckpointException">The shape needs an end, but the tokenizer has none.</exception>
    internal FreshVocabulary Number(ITokenizer tokenizer)
    {
        var (end, pad) = (Has("end") ? tokenizer.EndId : (int?)null, Has("pad") ? tokenizer.PadId : (int?)null);
        if (end < 0)
        {
            throw new CheckpointException($"A backbone of shape '{Name}' needs a tokenizer with a token that ends a text, but this one has none. Name its eos_token in tokenizer_config.json.");
        }

        var count = Math.Max(tokenizer.Count, Math.Max(end ?? 0, pad ?? 0) + 1);
        return pad is not null && (pad < 0 || pad == end) ? new(count + 1, end, count) : new(count, end, pad);

        bool Has(string role) => described["ids"]![role] is not null;
    }

    /// <summary>Fills in what depends on the vocabulary; null where the shape has no such part.</summary>
    internal JsonNode? Fill(string part, FreshVocabulary vocabulary) => Fill(described[part], new()
    {
        ["{vocabulary}"] = vocabulary.Count,
        ["{end}"] = vocabulary.End,
        ["{pad}"] = vocabulary.Pad,
    });

    private static JsonNode? Fill(JsonNode? node, Dictionary<string, int?> values) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(field.Key, Fill(field.Value, values)))),
        JsonArray list => new JsonArray([.. list.Select(item => Fill(item, values))]),
        JsonValue value when value.TryGetValue<string>(out var text) && values.TryGetValue(text, out var id) => id,
        _ => node?.DeepClone(),
    };

    private static FreshShape[] Read()
    {
        using var stream = typeof(FreshShape).Assembly.GetManifestResourceStream("shapes.json")!;
        var shapes = JsonNode.Parse(stream)!.AsObject();
        return [.. shapes.Select(shape => new FreshShape(shape.Key, Whole(shape.Value!.AsObject(), shapes)))];
    }

    private static JsonObject Whole(JsonObject shape, JsonObject shapes)
    {
        if ((string?)shape["like"] is not { } like)
        {
            return shape;
        }

        var whole = Whole(shapes[like]!.AsObject(), shapes).DeepClone().AsObject();
        foreach (var (name, value) in shape)
        {
            if (value is JsonObject changed && whole[name] is JsonObject fields)
            {
                foreach (var (field, other) in changed)
                {
                    fields[field] = other?.DeepClone();
                }
            }
            else
            {
                whole[name] = value?.DeepClone();
            }
        }

        return whole;
    }
}
