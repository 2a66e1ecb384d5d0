using System.Text.Json;

namespace Ptgp.Toolkit.Readers;

/// <summary>Reads files that hold one JSON object a line.</summary>
public static class JsonLinesFile
{
    /// <summary>Reads rows lazily; empty lines are passed over.</summary>
    /// <exception cref="InvalidDataException">A line is no JSON object; the message says where.</exception>
    public static IEnumerable<JsonRow> Read(string path) => new Rows<JsonRow>(TextFile.ReadRows(path)
        .Where(line => line.Fault is not null || !string.IsNullOrWhiteSpace(line.Value.Text))
        .Select(row => Row<JsonRow>.Of(row, line => new JsonRow(line.Path, line.Number, Parse(line)))));

    private static JsonElement Parse(TextLine line)
    {
        try
        {
            var element = JsonElement.Parse(line.Text);
            return element.ValueKind == JsonValueKind.Object
                ? element
                : throw line.Fault($"a line must be one JSON object, but is {JsonRow.Describe(element)}.");
        }
        catch (JsonException error)
        {
            // What the parser appends about its position counts bytes from 0, within the line.
            var reason = error.Message.Split(" LineNumber:")[0].TrimEnd('.');
            throw line.Fault($"a line must be one JSON object, but is not valid JSON at column {error.BytePositionInLine + 1}: {reason}.");
        }
    }
}
