using System.Buffers;

namespace Ptgp.Host.Hub;

/// <summary>A file of a model, as it must arrive.</summary>
/// <param name="Name">Its name, without folders.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Hash">Of its content.</param>
internal sealed record HubFile(string Name, long Size, ContentHash Hash)
{
    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\:*?\"<>|");

    /// <summary>Whether a name stays within the folder it is put in, on every system.</summary>
    public static bool IsPlain(string name) =>
        name.Length is > 0 and <= 255 && name[0] != '.' && name[^1] is not ('.' or ' ') && !name.AsSpan().ContainsAny(Separators) && !name.Any(char.IsControl);
}
