using System.Collections;
using System.Text;
using Ptgp.Backbone.Weights;

namespace Ptgp.Host.Hub;

/// <summary>
/// The folder that models are pulled into: <c>models/OWNER--NAME/COMMIT</c> holds a model's files at a commit, and <c>models/OWNER--NAME/revisions/REVISION</c>
/// says which commit a branch or tag was when it was last pulled whole.
/// </summary>
/// <param name="folder">Its absolute path. It need not exist.</param>
internal sealed class ModelCache(string folder)
{
    private const string RevisionsName = "revisions";

    /// <summary>Gets its absolute path.</summary>
    public string Folder { get; } = folder;

    private string Models => Path.Combine(Folder, "models");

    /// <summary>
    /// Finds the cache: <c>PTGP_CACHE</c>, else <c>ptgp</c> in <c>XDG_CACHE_HOME</c>, else in the system's folder for caches: <c>~/.cache</c>,
    /// <c>~/Library/Caches</c> on macOS, <c>%LOCALAPPDATA%</c> on Windows.
    /// </summary>
    /// <param name="variables">The environment.</param>
    /// <param name="workingFolder">Where a relative <c>PTGP_CACHE</c> begins.</param>
    /// <exception cref="UserException">There is no such folder, since whoever runs this has no home.</exception>
    public static ModelCache Of(IDictionary variables, string workingFolder)
    {
        if (variables["PTGP_CACHE"] is string { Length: > 0 } given)
        {
            return new(Path.GetFullPath(given, workingFolder));
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var caches = variables["XDG_CACHE_HOME"] is string shared && Path.IsPathFullyQualified(shared) ? shared
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : home.Length == 0 ? ""
            : Path.Combine(home, OperatingSystem.IsMacOS() ? "Library/Caches" : ".cache");
        return caches.Length > 0 ? new(Path.Combine(caches, "ptgp")) : throw new UserException("PTGP_CACHE must name the folder that models are pulled into, since there is no home folder, but is not set. Set it.");
    }

    /// <summary>Names the folder of a model at a commit.</summary>
    public string FolderOf(string name, string commit) => Path.Combine(ModelOf(name), commit);

    /// <summary>Finds what was pulled of a model.</summary>
    /// <returns>The folder that a whole pull of this revision gave; else one that was begun; null where there is neither.</returns>
    public PulledFolder? Find(HubReference reference)
    {
        var commit = reference.IsCommit ? reference.Revision : CommitOf(reference);
        return commit is not null && PulledFolder.Read(FolderOf(reference.Name, commit)) is { } pulled
            ? pulled
            : Commits(ModelOf(reference.Name)).Select(PulledFolder.Read).FirstOrDefault(begun => begun?.Reference == reference);
    }

    /// <summary>Notes which commit a revision was.</summary>
    public void Remember(HubReference reference, string commit)
    {
        if (!reference.IsCommit)
        {
            var file = RevisionFile(reference);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.Write(file, stream => stream.Write(Encoding.ASCII.GetBytes(commit + "\n")));
        }
    }

    /// <summary>Gets all that was pulled or begun.</summary>
    public IEnumerable<PulledFolder> All => !Directory.Exists(Models) ? []
        : Directory.EnumerateDirectories(Models).Order(StringComparer.Ordinal).SelectMany(Commits).Select(PulledFolder.Read).OfType<PulledFolder>();

    /// <summary>Whether a revision was this commit when it was last pulled whole.</summary>
    public bool IsCurrent(HubReference reference, string commit) => reference.IsCommit || CommitOf(reference) == commit;

    private static IEnumerable<string> Commits(string model) => !Directory.Exists(model) ? []
        : Directory.EnumerateDirectories(model).Where(folder => HubReference.IsCommitName(Path.GetFileName(folder))).Order(StringComparer.Ordinal);

    private string ModelOf(string name) => Path.Combine(Models, name.Replace("/", "--", StringComparison.Ordinal));

    private string RevisionFile(HubReference reference) => Path.Combine(ModelOf(reference.Name), RevisionsName, Uri.EscapeDataString(reference.Revision));

    private string? CommitOf(HubReference reference)
    {
        try
        {
            var text = File.ReadAllText(RevisionFile(reference)).TrimEnd();
            return HubReference.IsCommitName(text) ? text : null;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
