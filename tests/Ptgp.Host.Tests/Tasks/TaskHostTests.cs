using Ptgp.Backbone;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;
using Ptgp.Host.Tests.Plugins;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>The shipped configuration, checked as <c>ptgp check</c> does: no weight is read.</summary>
public sealed class TaskHostTests
{
    // The host is built into a folder of this project's configuration, its plugins beside it.
    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");

    [Fact]
    public async Task WhatATaskWritesByIsMergedFromAllWhoHaveAWish()
    {
        var inspection = await Inspect("tasks:en-de:generation:numReturnSequences=3");
        Assert.Equal(("translation", "marian"), (inspection.Plugin, inspection.Backbone.Family));
        Assert.Equal((4, 3, 256), (inspection.Generation.NumBeams, inspection.Generation.NumReturnSequences, inspection.Generation.MaxLength));
        Assert.Empty(inspection.Remarks);
    }

    [Fact]
    public async Task MoreThanTheBackboneHasPositionsForIsRemarked()
    {
        const string remark = "maxNewTokens is 99999999, but backbone 'captions' has 256 positions: texts end there at the latest.";
        Assert.Equal([remark], (await Inspect("tasks:en-de:generation:maxNewTokens=99999999")).Remarks);
        Assert.Empty((await Inspect("tasks:en-de:generation:maxNewTokens=256")).Remarks);
    }

    [Fact]
    public async Task OptionsThatContradictEachOtherAreWrongUsage()
    {
        const string message = "numReturnSequences is 9, but numBeams is 4: no more hypotheses can be returned than are kept. Raise numBeams.";
        await Refused<UsageException>(message, () => Inspect("tasks:en-de:generation:numReturnSequences=9"));
        using var host = Host();
        await Refused<UsageException>(message, () => host.OpenAsync("en-de", TaskUse.Answering, new() { NumReturnSequences = 9 }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task ADeviceThatIsNotThereIsAWrongConfiguration()
    {
        await Refused<ConfigurationException>("dtype 'float16' needs CUDA. On the CPU use float32 or bfloat16.", () => Inspect("backbones:captions:device=cpu", "backbones:captions:dtype=float16"));
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "there is CUDA here");
        await Refused<ConfigurationException>(
            "The configuration asks for device 'cuda', but this is a CPU build; build with -p:PtgpDevice=cuda, or set it to 'auto' or 'cpu'.", () => Inspect("backbones:captions:device=cuda"));
    }

    [Fact]
    public async Task AnAdapterThatIsNoneIsAWrongConfiguration()
    {
        using TemporaryFolder empty = new();
        await Refused<ConfigurationException>(
            $"Adapter '{empty.Path}' must be a folder that ptgp train or PEFT saved, but holds neither adapter_config.json nor config.json nor head.safetensors. Train the task first, or correct the path.",
            () => Inspect($"tasks:en-de:adapter={empty.Path}"));
    }

    [Fact]
    public async Task OptionsThatDoNotFitTheBackboneAreAWrongConfiguration() => await Refused<ConfigurationException>(
        $"'{Path.Combine(Repository.Root, "ptgp.json")}' has a fault:\n  tasks:en-de:options:prefix (from --set) must leave room for text, but has 301 tokens of the 256 that are read. Shorten it, or raise the recipe's 'maxInputLength'.",
        () => Inspect($"tasks:en-de:options:prefix={string.Concat(Enumerable.Repeat("der ", 300))}"));

    // What a backbone is loaded for is said when it begins.
    [Theory]
    [InlineData(false, "tasks:en-de:options:to=fr")]
    [InlineData(true, "tasks:en-de:options:to=fr")]
    [InlineData(false, "tasks:en-de:adapter=.")]
    public async Task WhatIsWrongWithoutWeightsIsSaidBeforeTheyAreRead(bool isTraining, string setting)
    {
        var use = isTraining ? TaskUse.Training : TaskUse.Answering;
        using StringWriter said = new();
        using (var host = Host(said, setting))
        {
            await Assert.ThrowsAsync<ConfigurationException>(() => host.OpenAsync("en-de", use, new(), TestContext.Current.CancellationToken));
            Assert.Equal("", said.ToString());
        }

        using var sound = Host(said);
        await sound.OpenAsync("en-de", use, new(), TestContext.Current.CancellationToken);
        Assert.StartsWith("captions: ", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMissingTokenizerIsFound()
    {
        using TemporaryFolder checkpoint = new();
        foreach (var file in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Repository.Fixture("models", "t5-v1_0", file), checkpoint[file]);
        }

        var fault = await Assert.ThrowsAsync<CheckpointException>(() => Inspect($"backbones:captions:checkpoint={checkpoint.Path}"));
        Assert.StartsWith($"{checkpoint.Path} must hold a tokenizer, but has none of these: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHeadThatWasNeverTrainedIsRemarked()
    {
        using PluginFolder folder = new("Sentiment");
        using TemporaryFolder home = new();
        using var host = Feelings(folder, home);
        Assert.Equal(
            ["Task 'feelings' answers by a head that was never trained: its parameters are random. Train it with 'ptgp train feelings', and name what was learned in tasks:feelings:adapter."],
            (await host.InspectAsync("feelings", TestContext.Current.CancellationToken)).Remarks);
    }

    [Fact]
    public async Task ATrainedHeadThatCannotBeReadIsNamed()
    {
        using PluginFolder folder = new("Sentiment");
        using TemporaryFolder home = new();
        var head = home.Write("learned/head.safetensors", "cut");
        using var host = Feelings(folder, home, $"tasks:feelings:adapter={Path.GetDirectoryName(head)}");
        var fault = await Assert.ThrowsAsync<CheckpointException>(() => host.OpenAsync("feelings", TaskUse.Answering, new(), TestContext.Current.CancellationToken));
        Assert.StartsWith($"Weights file '{head}' is cut short: ", fault.Message, StringComparison.Ordinal);
        Assert.Equal(fault.Message, (await Assert.ThrowsAsync<CheckpointException>(() => host.InspectAsync("feelings", TestContext.Current.CancellationToken))).Message);
    }

    [Fact]
    public async Task ATrainedHeadThatDoesNotFitIsFoundWithoutOpeningTheTask()
    {
        using PluginFolder folder = new("Sentiment");
        using TemporaryFolder home = new();
        using var weights = TorchSharp.torch.ones(3, 5);
        var head = home.Write("learned/head.safetensors", "");
        SafeTensorsWriter.Write(head, [KeyValuePair.Create("weights", weights)]);
        using var host = Feelings(folder, home, $"tasks:feelings:adapter={Path.GetDirectoryName(head)}");
        var fault = await Assert.ThrowsAnyAsync<UserException>(() => host.InspectAsync("feelings", TestContext.Current.CancellationToken));
        Assert.Matches($"^'{head}' does not fit FeelingHead: tensor '.*' must be .*, but is .*\\. Was it trained for this task, with these options\\?$", fault.Message);
        Assert.Equal(fault.Message, (await Assert.ThrowsAnyAsync<UserException>(() => host.OpenAsync("feelings", TaskUse.Answering, new(), TestContext.Current.CancellationToken))).Message);
    }

    private static TaskHost Feelings(PluginFolder folder, TemporaryFolder home, params string[] settings)
    {
        var file = home.Write("ptgp.json", """{ "backbones": { "base": { "checkpoint": "" } }, "tasks": { "feelings": { "plugin": "sentiment", "backbone": "base" } } }""");
        var configuration = new ConfigurationReader { File = file, Settings = [$"backbones:base:checkpoint={Repository.Fixture("models", "t5-v1_0")}", .. settings] }.Read();
        return new(configuration, folder.Discover(), new ConsoleLog(TextWriter.Null, isVerbose: false));
    }

    private static async Task<TaskInspection> Inspect(params string[] settings)
    {
        using var host = Host(settings);
        return await host.InspectAsync("en-de", TestContext.Current.CancellationToken);
    }

    private static TaskHost Host(params string[] settings) => Host(TextWriter.Null, settings);

    private static TaskHost Host(TextWriter said, params string[] settings) => new(
        new ConfigurationReader { File = Path.Combine(Repository.Root, "ptgp.json"), Settings = settings }.Read(), PluginCatalog.Discover([Plugins]), new ConsoleLog(said, isVerbose: true));

    private static async Task Refused<TException>(string message, Func<Task> act) where TException : UserException
    {
        var fault = await Assert.ThrowsAsync<TException>(act);
        Assert.Equal((2, message), (fault.ExitCode, fault.Message));
    }
}
