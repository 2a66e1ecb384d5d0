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

    /// <summary>Says what is wrong with a task's backbone; null when nothing is.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="needs">What its plugin needs.</param>
    /// <param name="backbone">The backbone.</param>
    public static UnfitBackboneException? Check(string task, ITaskPlugin needs, BackboneDescription backbone)
    {
        var lacking = needs.Needs & ~backbone.Features;
        var hearsAlone = backbone.Features.HasFlag(BackboneFeatures.ReadsFrames) && !needs.Needs.HasFlag(BackboneFeatures.ReadsFrames);
        if (lacking == BackboneFeatures.None && !hearsAlone)
        {
            return null;
        }

        var what = hearsAlone ? "reads tokens" : string.Join(" and ", Texts.Where(text => lacking.HasFlag(text.Feature)).Select(text => text.Text));
        return new(
            $"Task '{task}' cannot run on backbone '{backbone.Name}' ({backbone.Family}): its plugin '{needs.Name}' needs one that {what}.",
            $"Plugin '{needs.Name}' needs one that {what}.")
        {
            WayOut = "None of the configured backbones would do; add one that does.",
        };
    }
}
