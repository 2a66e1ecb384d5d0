namespace Ptgp.Tests;

/// <summary>A folder that is gone when the test is over.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>Gets its path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("ptgp-test-").FullName;

    /// <summary>Gets the path of what lies in it, or would.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Gets the names of what lies in it, in order.</summary>
    public IEnumerable<string> Names => new DirectoryInfo(Path).EnumerateFileSystemInfos().Select(info => info.Name).Order(StringComparer.Ordinal);

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Write(string, string)" />
    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
