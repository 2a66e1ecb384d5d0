using System.Security.Cryptography;
using System.Text;

namespace Ptgp.Host.Plugins;

/// <summary>The files of a plugin and the SHA-256 of each: what is trusted, staged and loaded.</summary>
internal sealed class PluginFiles
{
    // A plugin's folder is shallow (runtimes/linux-x64/native/x.so); the bound ends links that lead in circles.
    private static readonly EnumerationOptions All = new() { RecurseSubdirectories = true, MaxRecursionDepth = 8, AttributesToSkip = FileAttributes.Hidden };

    private PluginFiles(string folder, SortedDictionary<string, string> hashes) => (Folder, Hashes) = (folder, hashes);

    /// <summary>Gets the folder.</summary>
    public string Folder { get; }

    /// <summary>Gets the SHA-256, in lower-case hex, of each file, by its path in the folder with forward slashes.</summary>
    public IReadOnlyDictionary<string, string> Hashes { get; }

    /// <summary>Gets the SHA-256 of all names and hashes together.</summary>
    public string Fingerprint
    {
        get
        {
            var text = string.Concat(Hashes.Select(file => $"{file.Key}\0{file.Value}\n"));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }

    /// <summary>Reads and hashes the files of a folder.</summary>
    public static PluginFiles Read(string folder)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in List(folder))
        {
            using var file = OpenShared(path);
            hashes[Relative(folder, path)] = Convert.ToHexStringLower(SHA256.HashData(file));
        }

        return new(folder, hashes);
    }

    /// <summary>Copies the files of a folder to another one and hashes what was copied.</summary>
    public static PluginFiles Copy(string from, string to)
    {
        foreach (var path in List(from))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }

        return Read(to);
    }

    /// <summary>Opens a file so that others may go on replacing it.</summary>
    public static FileStream OpenShared(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    private static IEnumerable<string> List(string folder) => Directory.EnumerateFiles(folder, "*", All);

    private static string Relative(string folder, string path) => Path.GetRelativePath(folder, path).Replace('\\', '/');
}
