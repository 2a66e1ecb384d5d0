using System.Text.Json;

namespace Ptgp.Backbone.Tokenization.Json;

/// <summary>A part of a tokenizer.json, with its place in the file, so that what is missing or of the wrong kind is named.</summary>
/// <param name="Value">The value; undefined where it is absent.</param>
/// <param name="Place">The file, and the way to the value in it.</param>
internal readonly record struct JsonPart(JsonElement Value, string Place)
{
    /// <summary>Gets whether there is something.</summary>
    public bool Exists => Value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>Gets the name of a component's kind.</summary>
    public string Type => Text("type");

    /// <summary>Gets a member; undefined where it is absent.</summary>
    public JsonPart this[string name]
        => new(Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(name, out var value) ? value : default, $"{Place}.{name}");

    /// <summary>Gets the items of a list.</summary>
    /// <exception cref="CheckpointException">The value is no list.</exception>
    public IEnumerable<JsonPart> Items()
    {
        Expect(JsonValueKind.Array, "a list");
        var place = Place;
        return Value.EnumerateArray().Select((value, index) => new JsonPart(value, $"{place}[{index}]"));
    }

    /// <summary>Gets a member that is a text.</summary>
    /// <exception cref="CheckpointException">It is absent or something else.</exception>
    public string Text(string name) => this[name].AsText();

    /// <summary>Gets a member that is a text; the given one where it is absent.</summary>
    public string Text(string name, string otherwise) => this[name] is { Exists: true } part ? part.AsText() : otherwise;

    /// <summary>Gets a member that is true or false; the given one where it is absent.</summary>
    public bool Flag(string name, bool otherwise) => this[name] switch
    {
        { Exists: false } => otherwise,
        { Value.ValueKind: JsonValueKind.True } => true,
        { Value.ValueKind: JsonValueKind.False } => false,
        var part => throw part.Fault("must be true or false", TokenizerFile.Say(part.Value.ValueKind)),
    };

    /// <summary>Gets a member that is a whole number; null where it is absent.</summary>
    public int? Number(string name) => this[name] is { Exists: true } part ? part.AsNumber() : null;

    /// <summary>Gets the value as a text.</summary>
    /// <exception cref="CheckpointException">It is something else.</exception>
    public string AsText()
    {
        Expect(JsonValueKind.String, "a text");
        try
        {
            return Value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault("must be valid Unicode text", "not");
        }
    }

    /// <summary>Gets the value as a whole number from 0 on.</summary>
    /// <exception cref="CheckpointException">It is something else.</exception>
    public int AsNumber() => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number) && number >= 0
        ? number
        : throw Fault("must be a whole number from 0 on", Exists ? Value.GetRawText() : "absent");

    /// <summary>Makes the fault of a component of a kind that is not known.</summary>
    public CheckpointException Unknown(string what, string known) => new($"{Place}: the {what} '{Type}' is not known. Known are {known}. Use a checkpoint whose tokenizer has one of these.");

    /// <summary>Makes a fault.</summary>
    public CheckpointException Fault(string must, string actual) => new($"{Place} {must}, but is {actual}. Download the file again.");

    private void Expect(JsonValueKind kind, string name)
    {
        if (Value.ValueKind != kind)
        {
            throw Fault($"must be {name}", Exists ? TokenizerFile.Say(Value.ValueKind) : "absent");
        }
    }
}
