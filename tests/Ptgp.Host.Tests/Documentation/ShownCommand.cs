using System.Text.RegularExpressions;

namespace Ptgp.Host.Tests.Documentation;

/// <summary>A line of a page that calls <c>ptgp</c>, as a shell reads it: quotes, one pipe from <c>echo</c>, a comment.</summary>
internal sealed partial record ShownCommand(string Line)
{
    /// <summary>Gets what the comment says that a clone lacks, behind <c># needs</c>; null when the line can be run. The one mark that keeps a line from being run.</summary>
    public string? Needs => Match("needs") is { Length: > 0 } needs ? needs : null;

    /// <summary>Gets what <c>echo</c> says to it; null when nothing does.</summary>
    public string? Input => Match("echo") is { Length: > 0 } text ? text + "\n" : null;

    /// <summary>Gets what stands behind <c>ptgp</c>.</summary>
    public string[] Arguments { get; } =
    [
        .. Words().Matches(Shape().Match(Line).Groups["rest"].Value).Select(word => word.Value).TakeWhile(word => word != "#").Select(word => word[0] is '"' or '\'' ? word[1..^1] : word),
    ];

    /// <summary>Finds the commands of a page, in order.</summary>
    public static IEnumerable<ShownCommand> In(string markdown)
    {
        string? fence = null;
        foreach (var line in markdown.Split('\n').Select(line => line.TrimEnd('\r')))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                fence = fence is null ? line[3..] : null;
            }
            else if (fence is "" or "sh" && Shape().IsMatch(line))
            {
                yield return new(line);
            }
        }
    }

    private string Match(string group) => Shape().Match(Line).Groups[group].Value;

    [GeneratedRegex("""^(?:echo (?:"(?<echo>[^"]*)"|'(?<echo>[^']*)') \| )?(?:ptgp|dotnet run -c Release --project src/Ptgp\.Host --) (?<rest>.*?(?:# needs (?<needs>.*))?)$""")]
    private static partial Regex Shape();

    [GeneratedRegex("""
        "[^"]*"|'[^']*'|\S+
        """)]
    private static partial Regex Words();
}
