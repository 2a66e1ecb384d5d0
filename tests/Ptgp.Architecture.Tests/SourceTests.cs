using System.Text.RegularExpressions;

namespace Ptgp.Architecture.Tests;

/// <summary>What no compiler checks about our own source.</summary>
public partial class SourceTests
{
    private const int Longest = 400;

    /// <summary>A wrong shape in <c>matmul</c> takes the process down (libtorch reads past the end); Ops.MatMul checks first.</summary>
    [Fact]
    public void NobodyCallsMatmulButOps() => Assert.Empty(
        from file in Sources
        where Path.GetFileName(file) != "Ops.cs"
        from line in File.ReadLines(file).Index()
        where Matmul().IsMatch(Comment().Replace(line.Item, ""))
        select Place(file, line.Index));

    [Fact]
    public void NoFileIsLongerThanOneIdea() => Assert.Empty(
        from file in Sources
        let length = File.ReadLines(file).Count()
        where length > Longest
        select $"{Path.GetRelativePath(Repository.Root, file)} has {length} lines, more than {Longest}");

    [Fact]
    public void NothingIsLeftForLater() => Assert.Empty(
        from file in Sources
        from line in File.ReadLines(file).Index()
        where Unfinished().IsMatch(line.Item)
        select Place(file, line.Index));

    private static IReadOnlyList<string> Sources { get; } =
    [
        .. new[] { "src", "plugins", "samples" }.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)),
    ];

    private static string Place(string file, int line) => $"{Path.GetRelativePath(Repository.Root, file)}({line + 1})";

    [GeneratedRegex(@"\bmatmul\s*\(")]
    private static partial Regex Matmul();

    [GeneratedRegex(@"//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bNotImplementedException\b")]
    private static partial Regex Unfinished();
}
