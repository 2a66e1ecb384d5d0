using System.Text.Json;

namespace Ptgp.Toolkit.Readers;

/// <summary>A JSON object on a line of a file. A field inside an object is named with a point, such as <c>translation.en</c>.</summary>
public sealed class JsonRow(string path, long line, JsonElement element) : DataRow(path, line)
{
    /// <summary>Gets the object.</summary>
    public JsonElement Element { get; } = element;

    /// <inheritdoc />
    public override IReadOnlyList<string> Fields => [.. Names(Element, "")];

    /// <inheritdoc />
    /// <remarks>Numbers and truth values are given as JSON writes them. An object is no text, but holds fields.</remarks>
    /// <exception cref="InvalidDataException">The field holds a list.</exception>
    public override string? Find(string field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return Find(Element, field) is not { } found ? null : found.ValueKind switch
        {
            JsonValueKind.String => Text(field, found),
            JsonValueKind.Null or JsonValueKind.Object => null,
            JsonValueKind.Array => throw Fault($"the field '{field}' must be text, but is {Describe(found)}."),
            _ => found.GetRawText(),
        };
    }

    /// <inheritdoc />
    /// <exception cref="InvalidDataException">The field holds an empty list, or a list that holds something else than texts.</exception>
    public override IReadOnlyList<string>? FindAll(string field)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (Find(Element, field) is not { ValueKind: JsonValueKind.Array } list)
        {
            return base.FindAll(field);
        }

        foreach (var (index, item) in list.EnumerateArray().Index())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                throw Fault($"the field '{field}' must be text or a list of texts, but item {index + 1} of it is {Describe(item)}.");
            }
        }

        return list.GetArrayLength() > 0
            ? [.. list.EnumerateArray().Select(item => Text(field, item)!)]
            : throw Fault($"the field '{field}' must hold a text, but is an empty list.");
    }

    /// <summary>Says what a value is, for messages.</summary>
    public static string Describe(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a truth value",
    };

    private static JsonElement? Find(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (element.TryGetProperty(field, out var found))
        {
            return found;
        }

        var point = field.IndexOf('.', StringComparison.Ordinal);
        return point > 0 && element.TryGetProperty(field[..point], out var inner) ? Find(inner, field[(point + 1)..]) : null;
    }

    private static IEnumerable<string> Names(JsonElement element, string prefix) => element.EnumerateObject().SelectMany(property =>
        property.Value.ValueKind == JsonValueKind.Object ? Names(property.Value, $"{prefix}{property.Name}.") : [prefix + property.Name]);

    private string? Text(string field, JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            throw Fault($"the field '{field}' must be text, but has an escape of half a surrogate pair.");
        }
    }
}
