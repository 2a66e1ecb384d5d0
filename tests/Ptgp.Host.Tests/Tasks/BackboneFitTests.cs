using System.Text.Json.Nodes;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>Which task can run on which backbone: an encoder-decoder, a decoder and an encoder in one configuration, and one that cannot be read.</summary>
public sealed class BackboneFitTests : IDisposable
{
    private static readonly PluginCatalog Catalog = PluginCatalog.Discover(
        [Path.Combine(Repository.BuiltHost, "plugins")]);

    private readonly TemporaryFolder folder = new();

    public BackboneFitTests() => folder.Write("torn/config.json", "{");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("en-de", "t5, gpt")]
    [InlineData("tldr", "t5, gpt")]
    [InlineData("quote", "t5, bert")]
    [InlineData("write", "t5, gpt")]
    [InlineData("chat", "t5, gpt")]
    public async Task EachTaskRunsWhereWhatItNeedsIs(string task, string where)
    {
        using var host = Host();
        var fits = await host.FindFitsAsync(task, TestContext.Current.CancellationToken);
        Assert.Equal(where, string.Join(", ", fits.Where(fit => fit.Fault is null).Select(fit => fit.Backbone).OrderBy(name => name.Length == 2 ? 0 : 1)));
        Assert.Contains(folder["torn"], fits.Single(fit => fit.Backbone == "torn").Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAdapterRunsOnItsOwnBackboneAlone()
    {
        using var host = Host($"tasks:chat:adapter={Repository.Fixture("adapters", "gpt2-lora")}", $"backbones:gpt:checkpoint={Repository.Fixture("models", "gpt2")}");
        var fits = await host.FindFitsAsync("chat", TestContext.Current.CancellationToken);
        Assert.Contains("gpt2-lora", fits.Single(fit => fit.Backbone == "t5").Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATaskOnABackboneThatCannotNamesThoseThatCan()
    {
        using var host = Host("tasks:tldr:backbone=bert", "tasks:quote:backbone=gpt");
        await Refused(host, "tldr", "Task 'tldr' cannot run on backbone 'bert' (bert): its plugin 'summarization' needs one that writes (has a decoder). Set tasks:tldr:backbone to 'gpt' or 't5'.");
        await Refused(host, "quote", "Task 'quote' cannot run on backbone 'gpt' (gpt2): its plugin 'qa' needs one that sees its whole input on both sides (has an encoder). Set tasks:quote:backbone to 'bert' or 't5'.");
    }

    [Fact]
    public async Task WhereNoneCanThatIsSaid()
    {
        var file = folder.Write("one.json", Configuration("bert", "bert-qa", """ "tldr": { "plugin": "summarization", "backbone": "bert" } """));
        using var host = HostOf(file);
        await Refused(host, "tldr", "Task 'tldr' cannot run on backbone 'bert' (bert): its plugin 'summarization' needs one that writes (has a decoder). None of the configured backbones would do; add one that does.");
    }

    [Theory]
    [InlineData("quote", "maxSeqLen=99999", "maxSeqLen", "must be at most the 192 tokens that backbone 'bert' reads, but is 99999.")]
    [InlineData("tldr", "prefix=", "minSentences", "must be at most 'maxSentences', but is 3 where that is 2. Lower the one or raise the other.", "tasks:tldr:options:minSentences=3", "tasks:tldr:options:maxSentences=2")]
    public async Task AnOptionThatDoesNotHoldIsTheConfigurationsFaultAndNoBackbones(string task, string setting, string option, string reason, params string[] more)
    {
        using var host = Host(["tasks:quote:backbone=bert", $"tasks:{task}:options:{setting}", .. more]);
        await Refused(host, task, $"'{folder["ptgp.json"]}' has a fault:\n  tasks:{task}:options:{option} (from --set) {reason}");
    }

    [Fact]
    public async Task WhatAPluginsRecordRefusesIsToldLikewise()
    {
        using var host = Host("tasks:tldr:options:style=xsm");
        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => host.InspectAsync("tldr", TestContext.Current.CancellationToken));
        Assert.StartsWith($"'{folder["ptgp.json"]}' has a fault:\n  tasks:tldr:options:style (from --set) must be 'cnnDailyMail' or ", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith("but is 'xsm'. Did you mean 'xsum'?", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFormOfTranscriptsThatThereIsNotIsTheConfigurationsFault()
    {
        using var host = Host("tasks:hear:plugin=speechtotext", "tasks:hear:backbone=ear", $"backbones:ear:checkpoint={Repository.Fixture("models", "whisper")}", "tasks:hear:options:outputFormat=xml");
        await Refused(host, "hear", $"'{folder["ptgp.json"]}' has a fault:\n  tasks:hear:options:outputFormat (from --set) must be one of txt, srt, vtt, tsv, json, but is 'xml'.");
    }

    [Fact]
    public async Task ACheckpointOfOnePairNamesItAndTheKey()
    {
        using var host = Host("tasks:en-de:options:to=fr", "tasks:en-de:backbone=pair", $"backbones:pair:checkpoint={Repository.Fixture("models", "marian-split")}");
        await Refused(host, "en-de", $"'{folder["ptgp.json"]}' has a fault:\n  tasks:en-de:options:to (from --set) must be 'de' (German) or left out, because the checkpoint of backbone 'pair' translates from 'en' (English) to 'de' (German), but is 'fr'. If the task is trained to translate others, set the task's option 'otherPair' to true.");
    }

    [Fact]
    public async Task WhatATaskMustStillBeToldIsFoundOnARealVocabulary()
    {
        using var host = Host("tasks:tell:plugin=translation", "tasks:tell:backbone=many", $"backbones:many:checkpoint={Repository.Fixture("models", "nllb")}");
        var open = (await host.InspectAsync("tell", TestContext.Current.CancellationToken)).OpenOptions;
        Assert.Equal([("from", false), ("to", true)], open.Select(one => (one.Option, one.IsNeeded)));
        Assert.Equal("is not given: a text without \"from\" is read as 'eng_Latn' (English), the tokenizer's own.", open[0].Reason);
        Assert.Contains("deu_Latn", open[1].Values);
    }

    private static async Task Refused(TaskHost host, string task, string message)
    {
        var opened = await Assert.ThrowsAsync<ConfigurationException>(() => host.OpenAsync(task, TaskUse.Answering, new(), TestContext.Current.CancellationToken));
        var inspected = await Assert.ThrowsAsync<ConfigurationException>(() => host.InspectAsync(task, TestContext.Current.CancellationToken));
        Assert.Equal((message, message, 2), (opened.Message, inspected.Message, opened.ExitCode));
    }

    private TaskHost Host(params string[] settings) => HostOf(
        folder.Write("ptgp.json", Configuration("t5", "t5-v1_1", """
            "en-de": { "plugin": "translation", "backbone": "t5", "options": { "from": "en", "to": "de" } },
            "tldr": { "plugin": "summarization", "backbone": "t5" },
            "quote": { "plugin": "qa", "backbone": "t5" },
            "write": { "plugin": "qa", "backbone": "t5", "options": { "mode": "generative" } },
            "chat": { "plugin": "textgeneration", "backbone": "t5" }
            """)),
        [$"backbones:gpt:checkpoint={Repository.Fixture("models", "gpt2")}", $"backbones:bert:checkpoint={Repository.Fixture("models", "bert-qa")}", $"backbones:torn:checkpoint={folder["torn"]}", .. settings]);

    private static TaskHost HostOf(string file, params string[] settings) =>
        new(new ConfigurationReader { File = file, Settings = settings }.Read(), Catalog, new ConsoleLog(TextWriter.Null, isVerbose: false));

    private static string Configuration(string backbone, string checkpoint, string tasks) =>
        $$"""{ "backbones": { "{{backbone}}": { "checkpoint": {{JsonValue.Create(Repository.Fixture("models", checkpoint)).ToJsonString()}}, "device": "cpu" } }, "tasks": { {{tasks}} } }""";
}
