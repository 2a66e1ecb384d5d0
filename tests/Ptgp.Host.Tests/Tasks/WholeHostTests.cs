using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>All tasks in one configuration, on one backbone, some with an adapter of their own: they cost little more than one, and answer as each does alone.</summary>
public sealed class WholeHostTests : IDisposable
{
    private const string Context = "A man rides a bike. Two dogs play in the snow. A girl in an orange hat looks at them.";

    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");

    private static readonly PluginCatalog Catalog = PluginCatalog.Discover([Plugins]);

    // A task: its settings, and what it is asked.
    private static readonly Dictionary<string, (string Settings, string[] Inputs)> Tasks = new(StringComparer.Ordinal)
    {
        ["en-de"] = (""" "plugin": "translation", "options": { "from": "en", "to": "de" }, "generation": { "numBeams": 3, "maxNewTokens": 12 } """, ["A man rides a bike.", "Two dogs.", ""]),
        ["tldr"] = (""" "plugin": "summarization", "generation": { "numBeams": 2, "maxNewTokens": 16 } """, [Context, "Two dogs play."]),
        ["ask"] = (
            """ "plugin": "qa", "options": { "mode": "generative", "maxSeqLen": 64 }, "generation": { "maxNewTokens": 8 } """,
            [$$"""{"question": "Who rides?", "context": "{{Context}}"}""", $$"""{"question": "What do dogs do?", "context": ["{{Context}}", "Dogs sleep."]}"""]),
        ["chat"] = (""" "plugin": "textgeneration", "generation": { "maxNewTokens": 12 } """, ["Once upon a time", "Two", """{"prompt": "A man", "continuation": " rides a bike."}"""]),
        ["dictation"] = (""" "plugin": "speechtotext", "options": { "temperature": [0] }, "generation": { "maxNewTokens": 12 } """, [Sound("0_george_2-16k.wav"), Sound("tone-re.wav")]),
        ["meeting"] = (""" "plugin": "speechtotext", "options": { "temperature": [0], "beamSize": 2 }, "generation": { "maxNewTokens": 12 } """, [Sound("7_jackson_0-16k.wav")]),
        ["draw"] = (""" "plugin": "textgeneration", "generation": { "maxNewTokens": 12, "doSample": true, "seed": 7 } """, ["Once upon a time", "A girl"]),
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string[], string[]> Hosts => new()
    {
        { "t5-v1_1", ["en-de", "tldr", "ask", "chat", "draw"], ["en-de", "tldr", "ask"] },
        { "whisper", ["dictation", "meeting"], ["meeting"] },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task TheyTakeLittleMoreMemoryThanOne(string checkpoint, string[] tasks, string[] adapted)
    {
        var least = long.MaxValue;
        foreach (var task in tasks)
        {
            least = Math.Min(least, await HeldBy(checkpoint, [task], adapted));
        }

        var all = await HeldBy(checkpoint, tasks, adapted);
        TestContext.Current.TestOutputHelper?.WriteLine($"one task {least} bytes, all {all}: {(double)all / least:F4}");
        Assert.InRange(least, new FileInfo(Repository.Fixture("models", checkpoint, "model.safetensors")).Length / 2, long.MaxValue);
        Assert.InRange(all, least + 1, (long)(1.05 * least));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task TheyAnswerAsEachDoesAlone(string checkpoint, string[] tasks, string[] adapted)
    {
        Dictionary<string, JsonNode[]> alone = [];
        foreach (var task in tasks)
        {
            using var host = Host(checkpoint, [task], adapted);
            using var runner = await OpenAsync(host, task);
            alone[task] = await AskAsync(runner);
        }

        using var whole = Host(checkpoint, tasks, adapted);
        var runners = await Task.WhenAll(tasks.Select(task => OpenAsync(whole, task)));
        foreach (var runner in runners)
        {
            Same(alone[runner.Name], await AskAsync(runner));
        }

        // All at once, each input several times: what meets in a batch is not what met there before.
        var atOnce = await Task.WhenAll(Enumerable.Repeat(runners, 4).SelectMany(all => all).Select(async runner => (runner.Name, Answers: await Task.WhenAll(Inputs(runner.Name).Select(input => AskAsync(runner, input))))));
        Assert.All(atOnce, one => Same(alone[one.Name], one.Answers));
        Array.ForEach(runners, runner => runner.Dispose());
    }

    [Fact]
    public async Task AnAdapterChangesTheAnswersOfItsTask()
    {
        foreach (var task in new[] { "en-de", "tldr", "ask" })
        {
            using var with = Host("t5-v1_1", [task], [task]);
            using var without = Host("t5-v1_1", [task], []);
            using var runner = await OpenAsync(with, task);
            using var plain = await OpenAsync(without, task);
            Assert.NotEqual(string.Join<JsonNode>('\n', await AskAsync(plain)), string.Join<JsonNode>('\n', await AskAsync(runner)));
        }
    }

    private static string Sound(string file) => new JsonObject { ["audio"] = Repository.Fixture("audio", file) }.ToJsonString();

    private static string[] Inputs(string task) => Tasks[task].Inputs;

    private static async Task<JsonNode[]> AskAsync(ITaskRunner runner)
    {
        List<JsonNode> answers = [];
        foreach (var input in Inputs(runner.Name))
        {
            answers.Add(await AskAsync(runner, input));
        }

        return [.. answers];
    }

    private static async Task<JsonNode> AskAsync(ITaskRunner runner, string input) => runner.ToJson(await runner.AnswerAsync(
        input.StartsWith('{') ? runner.ParseJson(JsonElement.Parse(input)) : runner.ParseText(input), new(), null, TestContext.Current.CancellationToken));

    private static Task<ITaskRunner> OpenAsync(TaskHost host, string task) => host.OpenAsync(task, TaskUse.Answering, new(), TestContext.Current.CancellationToken);

    // Texts are the same; numbers are within what the order of a batch's sums may change.
    private static void Same(JsonNode[] expected, JsonNode[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (one, other) in expected.Zip(actual))
        {
            Same(one, other, $"{one.ToJsonString()} alone, but {other.ToJsonString()} among others");
        }
    }

    private static void Same(JsonNode? expected, JsonNode? actual, string where)
    {
        if (expected is JsonObject one && actual is JsonObject other)
        {
            Assert.Equal(one.Select(field => field.Key), other.Select(field => field.Key));
            Assert.All(one, field => Same(field.Value, other[field.Key], where));
        }
        else if (expected is JsonArray list && actual is JsonArray others)
        {
            Assert.Equal(list.Count, others.Count);
            Assert.All(list.Zip(others), pair => Same(pair.First, pair.Second, where));
        }
        else if (expected?.GetValueKind() == JsonValueKind.Number && actual?.GetValueKind() == JsonValueKind.Number)
        {
            Assert.True(Math.Abs((double)expected - (double)actual) <= 1e-4 * Math.Max(1, Math.Abs((double)expected)), where);
        }
        else
        {
            Assert.True(JsonNode.DeepEquals(expected, actual), where);
        }
    }

    private async Task<long> HeldBy(string checkpoint, string[] tasks, string[] adapted)
    {
        using var host = Host(checkpoint, tasks, adapted);
        List<ITaskRunner> runners = [];
        foreach (var task in tasks)
        {
            runners.Add(await OpenAsync(host, task));
            await AskAsync(runners[^1]);
        }

        var bytes = HeldTensors.Bytes([host, .. runners]);
        runners.ForEach(runner => runner.Dispose());
        return bytes;
    }

    private TaskHost Host(string checkpoint, string[] tasks, string[] adapted)
    {
        var settings = tasks.Select(task => $$"""{{JsonValue.Create(task).ToJsonString()}}: { {{Tasks[task].Settings}}, "backbone": "base"{{(adapted.Contains(task) ? $", \"adapter\": {JsonValue.Create(Adapter(checkpoint, task)).ToJsonString()}" : "")}} }""");
        var file = folder.Write("ptgp.json", $$"""
            {
              "backbones": { "base": { "checkpoint": {{JsonValue.Create(Repository.Fixture("models", checkpoint)).ToJsonString()}}, "device": "cpu", "dtype": "float32", "threads": 1 } },
              "tasks": { {{string.Join(", ", settings)}} }
            }
            """);
        return new(new ConfigurationReader { File = file }.Read(), Catalog, new ConsoleLog(TextWriter.Null, isVerbose: false));
    }

    // An adapter that changes what is written: drawn anew for each task, once.
    private string Adapter(string checkpoint, string task)
    {
        var path = folder[$"{checkpoint}-{task}"];
        if (Directory.Exists(path))
        {
            return path;
        }

        Directory.CreateDirectory(path);
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        var files = CheckpointFolder.Open(Repository.Fixture("models", checkpoint));
        using var transformer = files.LoadTransformer(CPU, ScalarType.Float32);
        AdapterFolder adapters = new(files, transformer);
        using var adapter = adapters.Draw(AdapterTargets.Find(transformer.NamedParameters.Keys, ["q", "v"]), rank: 1, alpha: 2, seed: task.Length);
        foreach (var (_, weight) in adapter.Weights)
        {
            weight.normal_(0, 0.7, new Generator((ulong)task[0]));
        }

        adapters.Save(adapter, path);
        return path;
    }
}
