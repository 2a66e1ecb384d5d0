namespace Ptgp.Benchmarks;

/// <summary>The clone that the benchmarks run in.</summary>
internal static class Clone
{
    /// <summary>Gets the folder that holds <c>Ptgp.sln</c>.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string? folder) =>
        folder is null ? throw new InvalidOperationException("The benchmarks must be run inside the repository, but no folder above them holds Ptgp.sln.")
        : File.Exists(Path.Combine(folder, "Ptgp.sln")) ? folder : Find(Path.GetDirectoryName(folder));
}
