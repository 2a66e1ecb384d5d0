using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Ptgp.Host.Hub;

/// <summary>A model of the hub at a revision, written <c>NAME[@REVISION]</c>.</summary>
/// <param name="Name">Such as <c>google/flan-t5-small</c>, or <c>gpt2</c> for one that has no owner.</param>
/// <param name="Revision">A branch, a tag or a commit.</param>
internal sealed partial record HubReference(string Name, string Revision)
{
    /// <summary>What a reference begins with where a folder could stand as well.</summary>
    public const string Prefix = "hub:";

    /// <summary>The revision where none is given.</summary>
    public const string DefaultRevision = "main";

    /// <summary>What a reference must hold, to be read after its name.</summary>
    public const string Rule = "must be OWNER/NAME or NAME, with @REVISION where it is not main, of letters, digits, '.', '_' and '-'";

    /// <summary>Gets whether the revision is a commit, which never changes.</summary>
    public bool IsCommit => IsCommitName(Revision);

    /// <summary>Whether a text names a commit: forty hexadecimal digits in lower case.</summary>
    public static bool IsCommitName(string text) => text.Length == 40 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads a reference; see <see cref="Rule"/>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubReference? reference)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var (name, revision) = at < 0 ? (text, DefaultRevision) : (text[..at], text[(at + 1)..]);
        var fits = NameForm().IsMatch(name) && RevisionForm().IsMatch(revision) && !name.Contains("--", StringComparison.Ordinal)
            && !name.Split('/').Any(IsOdd) && !revision.Split('/').Any(IsOdd);
        reference = fits ? new(name, revision) : null;
        return fits;
    }

    /// <summary>Writes it as it is given on a command line.</summary>
    public override string ToString() => Revision == DefaultRevision ? Name : $"{Name}@{Revision}";

    // They become names of folders, where dots at either end mean something else on one system or another.
    private static bool IsOdd(string part) => part.Length == 0 || part[0] == '.' || part[^1] == '.' || part.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,95})?\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._/-]{0,199}\z")]
    private static partial Regex RevisionForm();
}
