using System.Globalization;
using System.Text.Json.Nodes;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>A checkpoint that marks times is fine-tuned on longer recordings: it keeps marking them as it is taught to, and loses it where it is not.</summary>
public sealed class SpeechToTextTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task FineTuningKeepsTimes()
    {
        var recordings = Directory.GetFiles(Repository.Fixture("audio", "fsdd"));
        var (train, test) = (DigitRows.Write(folder["train"], recordings, 6, times: 12, seed: 1), DigitRows.Write(folder["test"], recordings, 6, times: 2, seed: 2));
        var before = await EvaluateAsync("before", null, test, isTold: false);
        await TrainAsync("kept", train, recipe => recipe with { MaxSteps = 60 });
        var kept = await EvaluateAsync("kept", folder["kept"], test, isTold: false);
        Assert.InRange(kept["wer"], 0, before["wer"]);
        Assert.InRange(kept["segmentsFound"], before["segmentsFound"], 1);
        Assert.InRange(Error(kept), 0, 1.4 * Error(before));
    }

    /// <summary>The figures of the plugin's README: <c>PTGP_FSDD=free-spoken-digit-dataset/recordings dotnet test --project tests/Ptgp.Host.Tests -c Release -- --explicit only --filter-method "*OfAWholeDataset"</c>.</summary>
    [Fact(Explicit = true)]
    public async Task FineTuningKeepsTheTimesOfAWholeDataset()
    {
        var recordings = Directory.GetFiles(Environment.GetEnvironmentVariable("PTGP_FSDD") ?? throw new InvalidOperationException("PTGP_FSDD must name the folder of FSDD's recordings."));
        var (train, test) = (DigitRows.Write(folder["train"], recordings.Where(file => !IsTest(file)), 10, times: 1, seed: 1), DigitRows.Write(folder["test"], recordings.Where(IsTest), 10, times: 1, seed: 2));
        await EvaluateAsync("before", null, test, isTold: true);
        var before = await EvaluateAsync("before", null, test, isTold: false);
        await TrainAsync("kept", train, recipe => recipe with { Epochs = 12 });
        await EvaluateAsync("kept", folder["kept"], test, isTold: true);
        var kept = await EvaluateAsync("kept", folder["kept"], test, isTold: false);
        await TrainAsync("plain", train, recipe => recipe with { Epochs = 12 }, "timestampProbability=0");
        await EvaluateAsync("plain", folder["plain"], test, isTold: true);
        var plain = await EvaluateAsync("plain", folder["plain"], test, isTold: false);
        Assert.InRange(Error(kept), 0, Error(before));
        Assert.InRange(Error(plain), 1.5 * Error(kept), double.PositiveInfinity);
    }

    private static bool IsTest(string recording) => int.Parse(Path.GetFileNameWithoutExtension(recording).Split('_')[2], CultureInfo.InvariantCulture) < 5;

    private static double Error(Dictionary<string, double> metrics) => (metrics["startError"] + metrics["endError"]) / 2;

    private async Task TrainAsync(string name, string data, Func<FineTuningRecipe, FineTuningRecipe> change, params string[] options)
    {
        using var host = Host(null, ["specAugment:maskTimeProb=0.05", "speedPerturbation:0=0.95", "speedPerturbation:1=1", "speedPerturbation:2=1.05", .. options]);
        using var trainer = await host.OpenAsync("digits", TaskUse.Training, new(), TestContext.Current.CancellationToken);
        await trainer.TrainAsync(new() { Data = [data], Output = folder[name], Recipe = recipe => change(recipe with { Tuning = BackboneTuning.Full, LearningRate = 5e-4 }) }, TestContext.Current.CancellationToken);
    }

    private async Task<Dictionary<string, double>> EvaluateAsync(string name, string? adapter, string data, bool isTold)
    {
        using var host = Host(adapter, $"conditionOnPreviousText={isTold}");
        using var runner = await host.OpenAsync("digits", TaskUse.Answering, new(), TestContext.Current.CancellationToken);
        var result = await runner.EvaluateAsync(new() { Data = [data] }, TestContext.Current.CancellationToken);
        output.WriteLine($"{name}, told {isTold}: {string.Join(", ", result.Metrics.Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Name} {metric.Value:0.000}")))}");
        return result.Metrics.ToDictionary(metric => metric.Name, metric => metric.Value);
    }

    private TaskHost Host(string? adapter, params string[] options)
    {
        var file = folder.Write("ptgp.json", $$"""
            {
              "backbones": { "digits": { "checkpoint": {{JsonValue.Create(Repository.Fixture("checkpoints", "digits-whisper-tiny")).ToJsonString()}}, "device": "cpu", "dtype": "float32", "threads": 1 } },
              "tasks": { "digits": { "plugin": "speechtotext", "backbone": "digits"{{(adapter is null ? "" : $", \"adapter\": {JsonValue.Create(adapter).ToJsonString()}")}}, "options": { "language": "en", "temperature": [0] } } }
            }
            """);
        return new(new ConfigurationReader { File = file, Settings = [.. options.Select(option => $"tasks:digits:options:{option}")] }.Read(), PluginCatalog.Discover([Plugins]), new ConsoleLog(TextWriter.Null, isVerbose: false));
    }
}
