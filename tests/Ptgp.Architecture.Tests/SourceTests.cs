using System.Text.RegularExpressions;

namespace Ptgp.Architecture.Tests;

/// <summary>What no compiler checks about our own source.</summary>
public partial class SourceTests
{
    private const int Longest = 400, MostOfAPlugin = 600;

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

    /// <summary>What a task is stands in its plugin's folder; what reads files in <c>Readers</c> beneath it, or in <c>XDatasets</c> and <c>XFile</c>; what would do for other tasks in the toolkit.</summary>
    [Fact]
    public void APluginIsReadInAnHour() => Assert.Empty(
        from folder in Directory.EnumerateDirectories(Path.Combine(Repository.Root, "plugins"))
        let lines = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !Reader().IsMatch(Path.GetRelativePath(folder, file))).SelectMany(File.ReadLines).Count(line => Comment().Replace(line, "").Trim().Length > 0)
        where lines > MostOfAPlugin
        select $"plugins/{Path.GetFileName(folder)} has {lines} lines of code beside what reads files, more than {MostOfAPlugin}");

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

    [GeneratedRegex(@"(Datasets|File)\.cs$|^(Readers|obj|bin)[\\/]")]
    private static partial Regex Reader();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bNotImplementedException\b")]
    private static partial Regex Unfinished();
}
