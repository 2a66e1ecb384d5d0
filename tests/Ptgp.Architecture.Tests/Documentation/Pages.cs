using Ptgp.Tests;

namespace Ptgp.Architecture.Tests.Documentation;

/// <summary>The pages that people read, and what in them is rendered from code.</summary>
internal static class Pages
{
    /// <summary>Set to 1, this environment variable makes tests write what they would compare.</summary>
    public const string Update = "PTGP_UPDATE_DOCS";

    /// <summary>Gets every page, as path below the root.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. new[] { "docs", "samples", "plugins", "models", "bench" }.Select(folder => Path.Combine(Repository.Root, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
            .Select(page => Path.GetRelativePath(Repository.Root, page)),
    ];

    /// <summary>Compares every page with itself rendered anew.</summary>
    public static void AreAsRendered(Func<string, string> render)
    {
        foreach (var page in All)
        {
            var path = Path.Combine(Repository.Root, page);
            var text = File.ReadAllText(path);
            var rendered = render(text);
            if (rendered != text && Environment.GetEnvironmentVariable(Update) == "1")
            {
                File.WriteAllText(path, rendered);
            }
            else
            {
                Assert.True(rendered == text, $"{page} must show what the code says, but does not. Run the tests with {Update}=1, which writes it anew, and look at the difference.");
            }
        }
    }
}
