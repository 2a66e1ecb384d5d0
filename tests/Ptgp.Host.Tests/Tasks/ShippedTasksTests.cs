using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>The default configuration's tasks on one backbone, each with its adapter: the checkpoint that Ptgp made, as it is shipped.</summary>
public sealed class ShippedTasksTests : IDisposable
{
    private const string Small = "small";
    private const string Context = "The Panthers defense gave up just 308 points, ranking sixth in the league.";

    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");

    // What each answers greedily, right or wrong; written down when the checkpoint was made.
    private static readonly Dictionary<string, (object Input, string Field, string Expected)> asked = new(StringComparer.Ordinal)
    {
        ["small-en-de"] = (new { text = "Two dogs play in the snow." }, "text", "Zwei Hunde spielen im Schnee."),
        ["restore"] = (new { prompt = "ein mann in einem blauen hemd steht auf einer leiter" }, "text", "Ein Mann in einem blauen Hemd steht auf einer Straße."),
        ["tldr"] = (new { text = "We propose a new method for training neural networks. It needs less data than others, and it is as accurate on two data sets." }, "text", "We propose a new method for a new learning for learning and it."),
        ["ask"] = (new { question = "How many points did the Panthers defense give up?", context = Context }, "answer", "1988888888888888888888888888888"),
    };

    private readonly StringWriter said = new();

    public static TheoryData<string> Names => [.. asked.Keys];

    public void Dispose() => said.Dispose();

    [Fact]
    public void AllTasksOfTheBackboneAreTriedAndHaveAdapters()
    {
        var tasks = Configuration().Tasks.Where(task => task.Value.Backbone == Small).ToList();
        Assert.Equal(asked.Keys.Order(), tasks.Select(task => task.Key).Order());
        Assert.All(tasks, task => Assert.NotNull(task.Value.Adapter));
        Assert.Equal(tasks.Count, tasks.Select(task => task.Value.Adapter).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task ATaskAnswersAsItDidWhenTheCheckpointWasMade(string name)
    {
        using var host = Host();
        using var runner = await Open(host, name);
        Assert.Equal(asked[name].Expected, await Ask(runner, name));
        Assert.Equal(asked[name].Expected, await Ask(runner, name));
    }

    [Fact]
    public async Task AllAreAskedAtOnceOnOneBackbone()
    {
        var alone = await HeldBy([asked.Keys.First()]);
        var together = await HeldBy([.. asked.Keys]);
        var backbone = CheckpointFolder.Open(Configuration().Backbones[Small].Checkpoint).Verify().Parameters * sizeof(float);
        Assert.InRange(alone, backbone, 2 * backbone - 1);
        Assert.InRange(together, alone + 1, alone + (long)(0.2 * backbone * (asked.Count - 1)));
    }

    private async Task<long> HeldBy(string[] names)
    {
        using var host = Host();
        List<ITaskRunner> runners = [];
        foreach (var name in names)
        {
            runners.Add(await Open(host, name));
        }

        var answers = await Task.WhenAll(names.Zip(runners, (name, runner) => Ask(runner, name)));
        Assert.Equal(names.Select(name => asked[name].Expected), answers);
        var bytes = HeldTensors.Bytes([host, .. runners]);
        runners.ForEach(runner => runner.Dispose());
        return bytes;
    }

    private static async Task<string> Ask(ITaskRunner runner, string name)
    {
        var input = runner.ParseJson(JsonSerializer.SerializeToElement(asked[name].Input));
        var answer = runner.ToJson(await runner.AnswerAsync(input, new() { NumBeams = 1, MaxNewTokens = 30 }, null, TestContext.Current.CancellationToken));
        return (string)answer[asked[name].Field]!;
    }

    private static Task<ITaskRunner> Open(TaskHost host, string name) => host.OpenAsync(name, TaskUse.Answering, new(), TestContext.Current.CancellationToken);

    private static HostConfiguration Configuration() => new ConfigurationReader { File = Path.Combine(Repository.Root, "ptgp.json"), Settings = [$"backbones:{Small}:device=cpu", $"backbones:{Small}:dtype=float32", $"backbones:{Small}:threads=1"] }.Read();

    private TaskHost Host() => new(Configuration(), PluginCatalog.Discover([Plugins]), new ConsoleLog(said, isVerbose: false));
}
