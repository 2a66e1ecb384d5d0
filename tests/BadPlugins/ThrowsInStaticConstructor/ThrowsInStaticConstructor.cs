namespace Ptgp.BadPlugins;

public sealed class ThrowsInStaticConstructor : IdlePlugin
{
    private static readonly int Number = int.Parse("seven", System.Globalization.CultureInfo.InvariantCulture);

    public ThrowsInStaticConstructor() => _ = Number;

    public override string Name => "throws-in-static-constructor";
}
