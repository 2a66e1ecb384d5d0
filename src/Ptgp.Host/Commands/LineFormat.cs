using System.CommandLine.Parsing;

namespace Ptgp.Host.Commands;

/// <summary>How inputs and answers stand in files.</summary>
internal enum LineFormat
{
    /// <summary>A line of text each.</summary>
    Text,

    /// <summary>A JSON value a line each.</summary>
    Jsonl,
}

/// <summary>Which format a file has.</summary>
internal static class LineFormats
{
    /// <summary>Reads the option <c>--format</c>, whatever its case.</summary>
    public static LineFormat? Parse(ArgumentResult given)
    {
        switch (given.Tokens[0].Value.ToUpperInvariant())
        {
            case "TEXT":
                return LineFormat.Text;
            case "JSONL":
                return LineFormat.Jsonl;
            default:
                given.AddError($"--format must be 'text' or 'jsonl', but is '{given.Tokens[0].Value}'.");
                return null;
        }
    }

    /// <summary>Tells from a file's name; null when that does not say.</summary>
    public static LineFormat? Of(string? path) => Path.GetExtension(path)?.ToUpperInvariant() switch
    {
        ".JSONL" or ".NDJSON" => LineFormat.Jsonl,
        ".TXT" => LineFormat.Text,
        _ => null,
    };
}
