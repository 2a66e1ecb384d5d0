using Ptgp.Host.Plugins;

namespace Ptgp.Host.Tests.Plugins;

public class BackboneNeedsTests
{
    private static readonly BackboneDescription Reader = Describe("reader", "bert", BackboneFeatures.SeesBothSides);
    private static readonly BackboneDescription Writer = Describe("writer", "t5", BackboneFeatures.SeesBothSides | BackboneFeatures.Writes | BackboneFeatures.Aligns);

    [Fact]
    public void ABackboneThatCanDoMoreWillDo()
    {
        using var folder = new PluginFolder("Good");
        using var plugin = folder.Create();
        Assert.Null(BackboneNeeds.Check("task", plugin.Plugin, Writer));
    }

    [Fact]
    public void WhatIsLackingIsNamed()
    {
        using var folder = new PluginFolder("Good");
        using var plugin = folder.Create();
        var fault = BackboneNeeds.Check("en-de", plugin.Plugin, Reader)!;
        Assert.Equal("Task 'en-de' cannot run on backbone 'reader' (bert): its plugin 'good' needs one that writes (has a decoder).", fault.Message);
        Assert.Equal("Plugin 'good' needs one that writes (has a decoder).", fault.Reason);
        Assert.Equal("None of the configured backbones would do; add one that does.", fault.WayOut);
    }

    [Fact]
    public void WhatReadsFramesReadsNoText()
    {
        using var folder = new PluginFolder("Good");
        using var plugin = folder.Create();
        var fault = BackboneNeeds.Check("en-de", plugin.Plugin, Describe("ear", "whisper", Writer.Features | BackboneFeatures.ReadsFrames))!;
        Assert.Equal("Task 'en-de' cannot run on backbone 'ear' (whisper): its plugin 'good' needs one that reads tokens.", fault.Message);
    }

    private static BackboneDescription Describe(string name, string family, BackboneFeatures features) =>
        new() { Name = name, Family = family, Features = features, Width = 8, Vocabulary = 10, MaxLength = 16, MaxTargetLength = 16 };
}
