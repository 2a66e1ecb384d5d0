using System.Text.Json;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>Reads the values of a JSON schema's keywords, so that every fault names its place.</summary>
internal static class JsonSchemaValues
{
    /// <summary>Reads what a number must lie between; of an open and a closed bound the narrower counts.</summary>
    public static NumberBounds Bounds(JsonElement schema, string place)
    {
        var (least, above, most, below) = (Number(schema, "minimum", place), Number(schema, "exclusiveMinimum", place), Number(schema, "maximum", place), Number(schema, "exclusiveMaximum", place));
        var (isAbove, isBelow) = (above is not null && !(least > above), below is not null && !(most < below));
        return new(isAbove ? above : least, isAbove, isBelow ? below : most, isBelow);
    }

    /// <summary>Reads the types that a value may have; null where none is named.</summary>
    public static string[]? TypesOf(JsonElement schema, string place) => !schema.TryGetProperty("type", out var type) ? null
        : [.. (type.ValueKind == JsonValueKind.Array ? List(type, place + "/type") : [type]).Select(one => Word(one, place + "/type"))];

    /// <summary>Tells whether a value is of one of the types.</summary>
    public static bool IsOf(JsonElement value, string[]? types) => types is null || types.Any(type => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => string.Equals(value.ValueKind.ToString(), type, StringComparison.OrdinalIgnoreCase),
    });

    /// <summary>Reads a number of things; null where there is none.</summary>
    public static int? Count(JsonElement schema, string name, string place) => !schema.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0 ? count
        : throw new FormatException($"'{name}' of a JSON schema must be a whole number that is not negative, but at {place} it is {value.GetRawText()}.");

    private static decimal? Number(JsonElement schema, string name, string place) => !schema.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number) ? number
        : throw new FormatException($"'{name}' of a JSON schema must be a number of at most 28 digits, but at {place} it is {value.GetRawText()}.");

    /// <summary>Reads a list.</summary>
    public static JsonElement[] List(JsonElement value, string place) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()]
        : throw new FormatException($"A JSON schema must have a list at {place}, but has {value.GetRawText()}.");

    /// <summary>Reads a text.</summary>
    public static string Word(JsonElement value, string place) => value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw new FormatException($"A JSON schema must have a text at {place}, but has {value.GetRawText()}.");

    /// <summary>Refuses keywords, if there are any.</summary>
    public static void Refuse(IEnumerable<string> keywords, string place, string of)
    {
        if (keywords.FirstOrDefault() is { } unknown)
        {
            throw of.StartsWith(" beside", StringComparison.Ordinal)
                ? new FormatException($"A JSON schema must keep to what can be written by it, but at {place} it holds '{unknown}'{of}, where it cannot be kept to. Leave one of them out.")
                : Unknown($"'{unknown}'{of}", place);
        }
    }

    /// <summary>Says that something is not known.</summary>
    public static FormatException Unknown(string what, string place) =>
        new($"A JSON schema must keep to what can be written by it, but at {place} it holds {what}, which is not known. Leave it out.");
}
