using System.Text.Json;

namespace Ptgp.Backbone;

/// <summary>Reads <c>config.json</c> so that every fault names file and field.</summary>
public sealed class ConfigReader
{
    private readonly string path;
    private readonly JsonElement root;

    private ConfigReader(string path, JsonElement root) => (this.path, this.root) = (path, root);

    /// <summary>Opens a file.</summary>
    /// <exception cref="CheckpointException">It is no JSON object.</exception>
    public static ConfigReader Open(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new(path, document.RootElement.Clone())
                : throw new CheckpointException($"{path} must hold a JSON object, but holds {document.RootElement.ValueKind}.");
        }
        catch (JsonException e)
        {
            throw new CheckpointException($"{path}({e.LineNumber + 1},{e.BytePositionInLine + 1}) must be JSON, but is not: {e.Message.Split(" LineNumber:")[0]}", e);
        }
    }

    /// <summary>Tells whether a field is there and not null.</summary>
    public bool Has(string name) => root.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Reads a whole number.</summary>
    public int Whole(string name, int? otherwise = null) =>
        Read(name, otherwise, value => value.TryGetInt32(out var number) ? number : null, $"a whole number{(Has(name) && root.GetProperty(name).ValueKind == JsonValueKind.Number ? " within 32 bits" : "")}", JsonValueKind.Number);

    /// <summary>Reads a size, which must be at least 1.</summary>
    public int Size(string name, int? otherwise = null) => Whole(name, otherwise) is var size && size > 0
        ? size
        : throw new CheckpointException($"{path}: '{name}' must be at least 1, but is {size}.");

    /// <summary>Reads a number.</summary>
    public double Number(string name, double? otherwise = null) => Read(name, otherwise, value => (double?)value.GetDouble(), "a number", JsonValueKind.Number);

    /// <summary>Reads a truth value.</summary>
    public bool Flag(string name, bool? otherwise = null) =>
        Read(name, otherwise, value => (bool?)value.GetBoolean(), "true or false", JsonValueKind.True, JsonValueKind.False);

    /// <summary>Makes sure that a truth value, where it is said, is the only one that is understood.</summary>
    /// <exception cref="CheckpointException">It is the other one.</exception>
    public void Demand(string name, bool value)
    {
        if (Flag(name, value) != value)
        {
            throw new CheckpointException($"{path}: '{name}' must be {(value ? "true" : "false")}, the only form of this family that is read, but is {(value ? "false" : "true")}.");
        }
    }

    /// <summary>Reads an object within; null where there is none.</summary>
    public ConfigReader? Within(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        var value = root.GetProperty(name);
        return value.ValueKind == JsonValueKind.Object ? new($"{path}: '{name}'", value) : throw Wrong(name, "an object", value);
    }

    /// <summary>Reads a list of numbers.</summary>
    public IReadOnlyList<double> Numbers(string name)
    {
        if (!Has(name))
        {
            throw Missing(name);
        }

        var value = root.GetProperty(name);
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Number)
            ? [.. value.EnumerateArray().Select(item => item.GetDouble())]
            : throw Wrong(name, "a list of numbers", value);
    }

    /// <summary>Reads a list of truth values.</summary>
    public IReadOnlyList<bool> Flags(string name)
    {
        if (!Has(name))
        {
            throw Missing(name);
        }

        var value = root.GetProperty(name);
        return value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind is JsonValueKind.True or JsonValueKind.False)
            ? [.. value.EnumerateArray().Select(item => item.GetBoolean())]
            : throw Wrong(name, "a list of truth values", value);
    }

    /// <summary>Makes sure that a value, given or taken where none is, is one that is understood.</summary>
    /// <param name="name">The field.</param>
    /// <param name="holds">Whether it is.</param>
    /// <param name="must">What it must do, such as <c>be even</c>.</param>
    /// <exception cref="CheckpointException">It is not.</exception>
    public void Require(string name, bool holds, string must)
    {
        if (!holds)
        {
            throw new CheckpointException($"{path}: '{name}' must {must}, but is {(Has(name) ? root.GetProperty(name).GetRawText() : "absent")}.");
        }
    }

    /// <summary>Reads a text.</summary>
    public string Text(string name, string? otherwise = null)
    {
        if (!Has(name))
        {
            return otherwise ?? throw Missing(name);
        }

        var value = root.GetProperty(name);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, "a text", value);
    }

    /// <summary>Reads an id, or the first of several.</summary>
    public int Id(string name, int? otherwise = null) =>
        Has(name) && root.GetProperty(name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0 && list[0].TryGetInt32(out var id) ? id : Whole(name, otherwise);

    /// <summary>Reads a name that stands for a value.</summary>
    public T Choice<T>(string name, IReadOnlyDictionary<string, T> choices, string? otherwise = null)
    {
        ArgumentNullException.ThrowIfNull(choices);
        var text = Text(name, otherwise);
        return choices.TryGetValue(text, out var choice)
            ? choice
            : throw new CheckpointException($"{path}: '{name}' must be one of {string.Join(", ", choices.Keys)}, but is '{text}'.");
    }

    /// <summary>Gets the whole object.</summary>
    public JsonElement Root => root;

    private T Read<T>(string name, T? otherwise, Func<JsonElement, T?> read, string what, params JsonValueKind[] kinds)
        where T : struct
    {
        if (!Has(name))
        {
            return otherwise ?? throw Missing(name);
        }

        var value = root.GetProperty(name);
        return (kinds.Contains(value.ValueKind) ? read(value) : null) ?? throw Wrong(name, what, value);
    }

    private CheckpointException Missing(string name) => new($"{path} must have '{name}', but has not.");

    private CheckpointException Wrong(string name, string what, JsonElement value) => new($"{path}: '{name}' must be {what}, but is {value.GetRawText()}.");
}
