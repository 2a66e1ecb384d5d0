namespace Ptgp.Host.Plugins;

/// <summary>Checks that a backbone can do what a plugin needs, before a weight is read.</summary>
internal static class BackboneNeeds
{
    private static readonly (BackboneFeatures Feature, string Text)[] Texts =
    [
        (BackboneFeatures.SeesBothSides, "sees its whole input on both sides (has an encoder)"),
        (BackboneFeatures.Writes, "writes (has a decoder)"),
        (BackboneFeatures.ReadsFrames, "reads feature frames, such as sound"),
        (BackboneFeatures.Aligns, "attends to what it reads while it writes"),
    ];

    /// <summary>Says what is wrong with a task's backbone and which configured ones would do; null when it does.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="needs">What its plugin needs.</param>
    /// <param name="backbone">The backbone that is configured for it.</param>
    /// <param name="configured">All configured backbones.</param>
    public static string? Check(string task, ITaskPlugin needs, BackboneDescription backbone, IEnumerable<BackboneDescription> configured)
    {
        var lacking = needs.Needs & ~backbone.Features;
        if (lacking == BackboneFeatures.None)
        {
            return null;
        }

        var others = configured.Where(other => (needs.Needs & ~other.Features) == BackboneFeatures.None).Select(other => $"'{other.Name}'").ToList();
        var what = string.Join(" and ", Texts.Where(text => lacking.HasFlag(text.Feature)).Select(text => text.Text));
        return $"Task '{task}' needs a backbone that {what}, because its plugin '{needs.Name}' does, but backbone '{backbone.Name}' ({backbone.Family}) does not. "
            + (others.Count > 0 ? $"Set tasks:{task}:backbone to {string.Join(" or ", others)}." : "None of the configured backbones does; add one that does.");
    }
}
