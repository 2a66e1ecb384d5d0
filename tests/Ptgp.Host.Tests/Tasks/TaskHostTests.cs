using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>The shipped configuration, checked as <c>ptgp check</c> does: no weight is read.</summary>
public sealed class TaskHostTests
{
    // The host is built into a folder of this project's configuration, its plugins beside it.
    private static readonly string Plugins = Path.Combine(Repository.Root, "artifacts", "bin", "Ptgp.Host", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "plugins");

    [Fact]
    public async Task WhatATaskWritesByIsMergedFromAllWhoHaveAWish()
    {
        var inspection = await Inspect("tasks:en-de:generation:numReturnSequences=3");
        Assert.Equal(("translation", "marian"), (inspection.Plugin, inspection.Backbone.Family));
        Assert.Equal((4, 3, 256), (inspection.Generation.NumBeams, inspection.Generation.NumReturnSequences, inspection.Generation.MaxLength));
    }

    [Fact]
    public async Task OptionsThatContradictEachOtherAreFoundBeforeAWeightIsRead() => Assert.Equal(
        "numReturnSequences is 9, but numBeams is 4: no more hypotheses can be returned than are kept. Raise numBeams.",
        (await Assert.ThrowsAsync<UserException>(() => Inspect("tasks:en-de:generation:numReturnSequences=9"))).Message);

    private static async Task<TaskInspection> Inspect(string setting)
    {
        var configuration = new ConfigurationReader { File = Path.Combine(Repository.Root, "ptgp.json"), Settings = [setting] }.Read();
        using TaskHost host = new(configuration, PluginCatalog.Discover([Plugins]), new ConsoleLog(TextWriter.Null, isVerbose: false));
        return await host.InspectAsync("en-de", TestContext.Current.CancellationToken);
    }
}
