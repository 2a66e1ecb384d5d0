namespace Ptgp.BadPlugins;

public sealed class AsksForTwoOptions : IdlePlugin
{
    public AsksForTwoOptions(Left left, Right right) => _ = (left, right);

    public override string Name => "asks-for-two-options";
}

public sealed record Left;

public sealed record Right;
