using Ptgp.Host.Plugins;

namespace Ptgp.Host.Tests.Plugins;

public class BackboneNeedsTests
{
    private static readonly BackboneDescription Reader = Describe("reader", "bert", BackboneFeatures.SeesBothSides);
    private static readonly BackboneDescription Writer = Describe("writer", "t5", BackboneFeatures.SeesBothSides | BackboneFeatures.Writes | BackboneFeatures.Aligns);
    private static readonly BackboneDescription Other = Describe("other", "bart", BackboneFeatures.SeesBothSides | BackboneFeatures.Writes | BackboneFeatures.Aligns);

    [Fact]
    public void ABackboneThatCanDoMoreWillDo()
    {
        using var folder = new PluginFolder("Good");
        using var plugin = folder.Create();
        Assert.Null(BackboneNeeds.Check("task", plugin.Plugin, Writer, [Reader, Writer]));
    }

    [Fact]
    public void TheConfiguredBackbonesThatWouldDoAreNamed()
    {
        using var folder = new PluginFolder("Good");
        using var plugin = folder.Create();
        Assert.Equal(
            "Task 'en-de' needs a backbone that writes (has a decoder), because its plugin 'good' does, but backbone 'reader' (bert) does not. Set tasks:en-de:backbone to 'writer' or 'other'.",
            BackboneNeeds.Check("en-de", plugin.Plugin, Reader, [Reader, Writer, Other]));
    }

    [Fact]
    public void WhenNoneWouldDoThatIsSaid()
    {
        using var folder = new PluginFolder("Good");
        using var plugin = folder.Create();
        Assert.EndsWith("None of the configured backbones does; add one that does.", BackboneNeeds.Check("en-de", plugin.Plugin, Reader, [Reader]), StringComparison.Ordinal);
    }

    private static BackboneDescription Describe(string name, string family, BackboneFeatures features) =>
        new() { Name = name, Family = family, Features = features, Width = 8, Vocabulary = 10, MaxLength = 16, MaxTargetLength = 16 };
}
