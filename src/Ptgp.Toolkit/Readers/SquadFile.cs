using System.Text.Json;

namespace Ptgp.Toolkit.Readers;

/// <summary>Reads SQuAD's JSON: <c>data</c>, in it <c>paragraphs</c>, in them a <c>context</c> and its questions, <c>qas</c>. XQuAD has the same form.</summary>
public static class SquadFile
{
    /// <summary>Reads the questions lazily, in the order of the file. What is wrong with one shows when it is looked at.</summary>
    /// <exception cref="InvalidDataException">The file has another form; the message says where.</exception>
    public static IEnumerable<SquadRow> Read(string path)
    {
        using var document = Parse(path);
        var root = new SquadPart(path, "", document.RootElement);
        foreach (var paragraph in root.List("data").SelectMany(article => article.List("paragraphs")))
        {
            var context = paragraph.Text("context");
            foreach (var asked in paragraph.List("qas"))
            {
                yield return new(asked, context);
            }
        }
    }

    private static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(Utf8Text.ReadBytes(path));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}({e.LineNumber + 1}): a SQuAD file must be JSON, but is not at byte {e.BytePositionInLine + 1} of this line.", e);
        }
    }
}

/// <summary>A question of a SQuAD file. What is wrong with it shows when it is looked at.</summary>
/// <param name="Part">The question's object, for further fields and for messages.</param>
/// <param name="Context">The paragraph it is about.</param>
public sealed record SquadRow(SquadPart Part, string Context)
{
    /// <summary>Gets the question.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public string Question => Part.Text("question");

    /// <summary>Gets all answers that are right, with where they start, in code points; none where the paragraph does not say.</summary>
    /// <exception cref="InvalidDataException">They have another form.</exception>
    /// <remarks>What is impossible has answers that merely look plausible, if any.</remarks>
    public IReadOnlyList<(string Text, int? Start)> Answers => Part.Find("is_impossible")?.ValueKind == JsonValueKind.True
        ? [] : [.. Part.List("answers").Select(answer => (answer.Text("text"), (int?)answer.Number("answer_start")))];
}

/// <summary>A part of a SQuAD file, and where it stands.</summary>
/// <param name="Path">The file.</param>
/// <param name="Place">Where in the file, such as <c>data[0].paragraphs[3]</c>; empty for all of it.</param>
/// <param name="Element">What stands there.</param>
public sealed record SquadPart(string Path, string Place, JsonElement Element)
{
    /// <summary>Finds a field; null when there is none.</summary>
    public JsonElement? Find(string name) => Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var found) ? found : null;

    /// <summary>Gets the items of a list.</summary>
    /// <exception cref="InvalidDataException">There is no such list.</exception>
    public IEnumerable<SquadPart> List(string name) => Get(name, JsonValueKind.Array, "a list").EnumerateArray().Select((item, i) => new SquadPart(Path, $"{Within(name)}[{i}]", item));

    /// <summary>Gets a text.</summary>
    /// <exception cref="InvalidDataException">There is no such text.</exception>
    public string Text(string name) => Get(name, JsonValueKind.String, "a text").GetString()!;

    /// <summary>Gets a whole number.</summary>
    /// <exception cref="InvalidDataException">There is no such number.</exception>
    public int Number(string name) => Get(name, JsonValueKind.Number, "a whole number").TryGetInt32(out var number) ? number : throw Lacks(name, "a whole number");

    /// <summary>Makes the error that this part is to blame for; its message names file and place.</summary>
    public InvalidDataException Fault(string message) => new($"{Path}: {(Place.Length == 0 ? "" : Place + ": ")}{message}");

    private JsonElement Get(string name, JsonValueKind kind, string what) => Find(name) is { } found && found.ValueKind == kind ? found : throw Lacks(name, what);

    private InvalidDataException Lacks(string name, string what)
    {
        var found = Find(name) is { } value ? value.GetRawText() : "missing";
        return Fault($"'{name}' must be {what}, but is {(found.Length > 40 ? found[..40] + "…" : found)}.");
    }

    private string Within(string name) => Place.Length == 0 ? name : $"{Place}.{name}";
}
