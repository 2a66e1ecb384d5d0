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
        const string reason = "is 9, but numBeams is 4: no more hypotheses can be returned than are kept. Raise numBeams.", checkpoint = " numBeams comes from generation_config.json of the checkpoint.";
        await Refused<ConfigurationException>($"{Head}tasks:en-de:generation:numReturnSequences (from --set) {reason}{checkpoint}", () => Inspect("tasks:en-de:generation:numReturnSequences=9"));
        await Refused<ConfigurationException>($"{Head}tasks:en-de:generation:numReturnSequences (from --set) {reason}", () => Inspect("tasks:en-de:generation:numReturnSequences=9", "tasks:en-de:generation:numBeams=4"));
        await Refused<ConfigurationException>(
            $"{Head}tasks:en-de:generation:jsonSchema (from --set) and regex must not stand together: what is written keeps to one form. Leave one out.",
            () => Inspect("tasks:en-de:generation:regex=a", "tasks:en-de:generation:jsonSchema={}"));
        using var host = Host();
        await Refused<ConfigurationException>($"--generation has a fault:\n  numReturnSequences {reason}{checkpoint}", () => host.OpenAsync("en-de", TaskUse.Answering, new() { NumReturnSequences = 9 }, TestContext.Current.CancellationToken));
        using var set = Host("tasks:en-de:generation:numReturnSequences=3");
        await Refused<ConfigurationException>(
            $"{Head}tasks:en-de:generation:numReturnSequences (from --set) {reason.Replace("is 9", "is 3", StringComparison.Ordinal).Replace("is 4", "is 2", StringComparison.Ordinal)} numBeams comes from --generation.",
            () => set.OpenAsync("en-de", TaskUse.Answering, new() { NumBeams = 2 }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WhatWasAskedForInVainIsRemarked()
    {
        const string section = "tasks:en-de:generation: ", drawn = "nothing, since nothing is drawn unless doSample is true.";
        Assert.Equal(
            [$"{section}temperature, topK and seed change {drawn}", $"{section}patience changes nothing, since numBeams is 1."],
            (await Inspect("tasks:en-de:generation:topK=5", "tasks:en-de:generation:seed=1", "tasks:en-de:generation:temperature=2", "tasks:en-de:generation:patience=1", "tasks:en-de:generation:numBeams=1")).Remarks);
        Assert.Empty((await Inspect("tasks:en-de:generation:numBeams=1")).Remarks);
        Assert.Equal([$"{section}topK changes {drawn}", $"--generation: topP changes {drawn}"], await Warned("en-de", new() { TopP = 0.5 }, "tasks:en-de:generation:topK=5"));
        Assert.Empty(await Warned("en-de", new() { DoSample = true, TopP = 0.5 }, "tasks:en-de:generation:topK=5"));
        Assert.Empty(await Warned("en-de", new() { NumBeams = 1 }, "tasks:en-de:generation:lengthPenalty=2"));
    }

    [Fact]
    public async Task ATaskThatDoesNotWriteIsToldWhatOptionsOfWritingDo()
    {
        const string reason = "nothing, since plugin 'qa' does not write its answers here.";
        string[] quoting = ["tasks:ask:options=null", "tasks:ask:adapter=null"];
        using var host = Host([.. quoting, "tasks:ask:generation:numBeams=4", "tasks:ask:generation:maxNewTokens=9"]);
        Assert.Equal($"tasks:ask:generation: maxNewTokens and numBeams change {reason}", (await host.InspectAsync("ask", TestContext.Current.CancellationToken)).Remarks[^1]);
        Assert.Equal($"--generation: topK changes {reason}", (await Warned("ask", new() { TopK = 5 }, quoting))[0]);
    }

    private static string Head => $"'{Path.Combine(Repository.Root, "ptgp.json")}' has a fault:\n  ";

    private static async Task<string[]> Warned(string task, GenerationOptions caller, params string[] settings)
    {
        const string warning = "Warning: ";
        using StringWriter said = new() { NewLine = "\n" };
        using var host = Host(said, settings);
        using var runner = await host.OpenAsync(task, TaskUse.Answering, caller, TestContext.Current.CancellationToken);
        return [.. said.ToString().Split('\n').Where(line => line.StartsWith(warning, StringComparison.Ordinal)).Select(line => line[warning.Length..])];
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
