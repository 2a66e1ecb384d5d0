using System.ComponentModel.DataAnnotations;

namespace Ptgp.BadPlugins;

public sealed class OptionsDoNotHold : IdlePlugin
{
    public OptionsDoNotHold(BoundedOptions options) => _ = options;

    public override string Name => "options-do-not-hold";
}

public sealed record BoundedOptions
{
    [Range(1, 10)]
    public int Beams { get; init; } = 1;
}
