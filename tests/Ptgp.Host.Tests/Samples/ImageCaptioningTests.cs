using System.Text.Json.Nodes;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;
using Ptgp.Host.Tests.Plugins;

namespace Ptgp.Host.Tests.Samples;

/// <summary>The sample that sees: loaded as any stranger's plugin, it teaches a text backbone to describe pictures that it reads by a way in of its own.</summary>
public sealed class ImageCaptioningTests : IDisposable
{
    private readonly PluginFolder plugins = new("ImageCaptioning");
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        plugins.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task ItLearnsToDescribeDrawings()
    {
        var (train, test) = (Draw("train", times: 60, seed: 1), Draw("test", times: 5, seed: 2));
        using var host = Host();
        using var trainer = await host.OpenAsync("describe", TaskUse.Training, new(), TestContext.Current.CancellationToken);
        await trainer.TrainAsync(
            new()
            {
                Data = [train],
                Output = folder["learned"],
                Recipe = recipe => recipe with { Tuning = BackboneTuning.Full, Epochs = 100, LearningRate = 4e-3, MaxSteps = 800, BatchSize = 24, Dropout = 0 },
            },
            TestContext.Current.CancellationToken);
        using var learned = Host("tasks:describe:adapter=" + folder["learned"]);
        using var runner = await learned.OpenAsync("describe", TaskUse.Answering, new(), TestContext.Current.CancellationToken);
        var result = await runner.EvaluateAsync(new() { Data = [test] }, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", result.Metrics));
        Assert.Equal(60, result.Examples);
        Assert.InRange(result.Metrics.Single(metric => metric.Name == "exact").Value, 80, 100); // by chance: 1 in 12
    }

    private string Draw(string name, int times, int seed)
    {
        Directory.CreateDirectory(folder[name]);
        return folder.Write($"{name}/captions.tsv", string.Concat(Drawing.All(times, seed).Select((drawing, i) =>
        {
            drawing.SavePng(folder[$"{name}/{i}.png"]);
            return $"{i}.png\t{drawing.Caption}\n";
        })));
    }

    private TaskHost Host(params string[] settings)
    {
        var file = folder.Write("ptgp.json", $$"""
            {
              "backbones": { "base": { "checkpoint": {{JsonValue.Create(Repository.Fixture("models", "t5-v1_1")).ToJsonString()}}, "device": "cpu", "threads": 1 } },
              "tasks": { "describe": { "plugin": "imagecaptioning", "backbone": "base", "generation": { "maxNewTokens": 24 } } }
            }
            """);
        return new(new ConfigurationReader { File = file, Settings = settings }.Read(), plugins.Discover(), new ConsoleLog(TextWriter.Null, isVerbose: false));
    }
}
