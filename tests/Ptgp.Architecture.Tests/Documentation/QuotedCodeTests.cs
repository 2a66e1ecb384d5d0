using System.Text.RegularExpressions;
using Ptgp.Tests;

namespace Ptgp.Architecture.Tests.Documentation;

/// <summary>Code in the documentation is code that compiles. A block whose info line names a file, as in <c>```csharp samples/X.cs</c>, quotes it: its region <c>quote</c>, or all of it.</summary>
public sealed partial class QuotedCodeTests
{
    [Fact]
    public void EveryBlockThatNamesAFileEqualsIt() => Pages.AreAsRendered(page => Blocks().Replace(page, block =>
        $"```{block.Groups["language"].Value} {block.Groups["file"].Value}\n{Quote(block.Groups["file"].Value)}\n```\n"));

    [Fact]
    public void EverySketchIsQuoted()
    {
        var quoted = Blocks().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "contract.md"))).Select(block => Path.GetFileName(block.Groups["file"].Value));
        var sketches = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "Ptgp.Architecture.Tests", "Sketches"), "*.cs").Select(Path.GetFileName);
        Assert.Equal(sketches.Order(StringComparer.Ordinal), quoted.Order(StringComparer.Ordinal));
    }

    private static string Quote(string file)
    {
        var lines = File.ReadAllText(Path.Combine(Repository.Root, file)).TrimEnd().Split('\n');
        var start = Array.FindIndex(lines, line => line.Trim() == "#region quote");
        if (start < 0)
        {
            return string.Join('\n', lines);
        }

        var indentation = lines[start].IndexOf('#', StringComparison.Ordinal);
        var region = lines.Skip(start + 1).TakeWhile(line => line.Trim() != "#endregion");
        return string.Join('\n', region.Select(line => line.Length < indentation ? line : line[indentation..]));
    }

    [GeneratedRegex("^```(?<language>[a-z]+) (?<file>[^\\s`]*/[^\\s`]*)\n.*?^```\n", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
