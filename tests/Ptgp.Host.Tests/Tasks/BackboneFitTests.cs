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
        [Path.Combine(Repository.Root, "artifacts", "bin", "Ptgp.Host", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "plugins")]);

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
        await Refused(host, "tldr", "Task 'tldr' needs a backbone that writes (has a decoder), because its plugin 'summarization' does, but backbone 'bert' (bert) does not. Set tasks:tldr:backbone to 'gpt' or 't5'.");
        await Refused(host, "quote", "Task 'quote' needs a backbone that sees its whole input on both sides (has an encoder), because its plugin 'qa' does, but backbone 'gpt' (gpt2) does not. Set tasks:quote:backbone to 'bert' or 't5'.");
    }

    [Fact]
    public async Task WhereNoneCanThatIsSaid()
    {
        var file = folder.Write("one.json", Configuration("bert", "bert-qa", """ "tldr": { "plugin": "summarization", "backbone": "bert" } """));
        using var host = HostOf(file);
        await Refused(host, "tldr", "Task 'tldr' needs a backbone that writes (has a decoder), because its plugin 'summarization' does, but backbone 'bert' (bert) does not. None of the configured backbones would do; add one that does.");
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
