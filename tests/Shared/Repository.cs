namespace Ptgp.Tests;

/// <summary>Where the repository lies that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>Gets the folder that holds <c>Ptgp.sln</c>.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Gets the folder of the host that was built as these tests were, plugins included.</summary>
    public static string BuiltHost { get; } = Path.Combine(Root, "artifacts", "bin", "Ptgp.Host", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));

    /// <summary>Gets the path of a fixture.</summary>
    public static string Fixture(params string[] parts) => Path.Combine([Root, "tests", "fixtures", .. parts]);

    private static string Find(string? folder)
    {
        while (folder is not null && !File.Exists(Path.Combine(folder, "Ptgp.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException($"Tests must run inside the repository, but no folder above '{AppContext.BaseDirectory}' holds Ptgp.sln.");
    }
}
