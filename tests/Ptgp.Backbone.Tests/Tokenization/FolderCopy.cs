namespace Ptgp.Backbone.Tests.Tokenization;

/// <summary>A folder with copies of some files of another, which a test may break; it is deleted afterwards.</summary>
internal sealed class FolderCopy : IDisposable
{
    public FolderCopy(string source, params string[] files)
    {
        Path = Directory.CreateTempSubdirectory("ptgp-tokenizer-").FullName;
        foreach (var file in files)
        {
            File.Copy(System.IO.Path.Combine(source, file), this[file]);
        }
    }

    public string Path { get; }

    public string this[string file] => System.IO.Path.Combine(Path, file);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
