using System.Text.Json;

namespace Ptgp.Backbone.Tokenization;

/// <summary>Reads the files of a tokenizer, so that every fault of theirs names the file and the place.</summary>
internal static class TokenizerFile
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="CheckpointException">It cannot be read.</exception>
    public static byte[] ReadBytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path} cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Reads a file that holds a JSON object.</summary>
    /// <exception cref="CheckpointException">It cannot be read, or is broken; the message has line and column.</exception>
    public static JsonDocument ReadJson(string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(WithoutMark(ReadBytes(path)), Lenient);
        }
        catch (JsonException problem)
        {
            throw Broken(path, problem);
        }

        return document.RootElement.ValueKind == JsonValueKind.Object
            ? document
            : throw new CheckpointException($"{path} must hold a JSON object, but holds {Say(document.RootElement.ValueKind)}. Download the file again.");
    }

    /// <summary>Reads a file that may be absent; null then.</summary>
    public static JsonDocument? ReadOptionalJson(string path) => File.Exists(path) ? ReadJson(path) : null;

    /// <summary>Reads a vocabulary: a JSON object of entries and their ids.</summary>
    /// <exception cref="CheckpointException">It cannot be read, is broken, or an id is no whole number from 0 to 16 777 215.</exception>
    public static Vocabulary ReadVocabulary(string path)
    {
        var bytes = WithoutMark(ReadBytes(path));
        var vocabulary = new Vocabulary(bytes.Length / 16);
        var reader = new Utf8JsonReader(bytes.Span, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new CheckpointException($"{path} must hold an object of entries and their ids, but begins with {reader.TokenType}. Download the file again.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var entry = reader.GetString()!;
                reader.Read();
                AddEntry(vocabulary, entry, reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var id) ? id : -1, path);
            }

            while (reader.Read())
            {
                // Whatever follows the object is a fault that the reader itself reports.
            }
        }
        catch (JsonException problem)
        {
            throw Broken(path, problem);
        }
        catch (InvalidOperationException problem)
        {
            throw new CheckpointException($"{path}: an entry of the vocabulary is no valid text. Download the file again.", problem);
        }

        return vocabulary.Count > 0 ? vocabulary : throw new CheckpointException($"{path} must hold a vocabulary, but is empty. Download the file again.");
    }

    /// <summary>Adds an entry whose id was checked: a hostile id would make the table of entries huge.</summary>
    public static void AddEntry(Vocabulary vocabulary, string entry, int id, string path)
    {
        if (id is < 0 or > 0xFFFFFF)
        {
            throw new CheckpointException($"{path}: the id of '{entry}' must be a whole number from 0 to {0xFFFFFF}, but is not. Download the file again.");
        }

        vocabulary.Add(entry, id);
    }

    /// <summary>Makes the fault for JSON that cannot be parsed.</summary>
    public static CheckpointException Broken(string path, JsonException problem)
        => new($"{path}({problem.LineNumber + 1},{problem.BytePositionInLine + 1}): the file must be valid JSON, but is not: {problem.Message.Split(" LineNumber:")[0]} Download the file again, or correct it.", problem);

    /// <summary>Says in words what a JSON value is.</summary>
    public static string Say(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        JsonValueKind.Undefined => "nothing",
        _ => "a truth value",
    };

    private static ReadOnlyMemory<byte> WithoutMark(byte[] bytes)
        => bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes.AsMemory(3) : bytes;
}
