using Ptgp.Backbone;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>A backbone that was made here learns a task from nothing.</summary>
public sealed class PreTrainingTests
{
    private const string Pairs = """
        A man rides a bike.	Ein Mann fährt Rad.
        Two dogs play in the snow.	Zwei Hunde spielen im Schnee.
        A woman reads a book.	Eine Frau liest ein Buch.
        The children are outside.	Die Kinder sind draußen.
        A dog runs.	Ein Hund läuft.
        A man reads.	Ein Mann liest.
        Two women play.	Zwei Frauen spielen.
        A child rides a bike.	Ein Kind fährt Rad.
        """;

    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");

    [Fact]
    public async Task AFreshBackboneIsTrainedAndWhatWasTrainedAnswers()
    {
        using TemporaryFolder folder = new();
        FreshCheckpoint.Write(FreshShape.All.Single(shape => shape.Name == "tiny"), folder["fresh"], Repository.Fixture("models", "marian"), seed: 1);
        var data = folder.Write("pairs.tsv", Pairs);
        List<double> losses = [];
        using (var host = Host(folder, folder["fresh"]))
        {
            using var trainer = await host.OpenAsync("en-de", TaskUse.Training, new(), TestContext.Current.CancellationToken);
            await trainer.TrainAsync(
                new()
                {
                    Data = [data],
                    HeldOut = [],
                    Output = folder["learned"],
                    Recipe = recipe => recipe with { Tuning = BackboneTuning.Full, MaxSteps = 20, Epochs = 20, EvaluateEvery = 20, BatchSize = 8, Accumulation = 1, LearningRate = 0.001, Warmup = 0.1, Dropout = 0, LabelSmoothing = 0 },
                    OnStep = step => losses.Add(step.Loss),
                },
                TestContext.Current.CancellationToken);
        }

        Assert.InRange(losses[0], 4, 8); // ln 245 is 5.5
        Assert.True(losses[^1] < 0.5 * losses[0], $"Training must lower the loss, but it goes {string.Join(", ", losses)}.");

        using var trained = Host(folder, folder["fresh"], $"tasks:en-de:adapter={folder["learned"]}");
        using var runner = await trained.OpenAsync("en-de", TaskUse.Answering, new(), TestContext.Current.CancellationToken);
        var evaluation = await runner.EvaluateAsync(new() { Data = [data] }, TestContext.Current.CancellationToken);
        Assert.Equal(8, evaluation.Examples);
    }

    private static TaskHost Host(TemporaryFolder folder, string checkpoint, params string[] settings)
    {
        var file = folder.Write("ptgp.json", """{ "backbones": { "base": { "checkpoint": "", "device": "cpu" } }, "tasks": { "en-de": { "plugin": "translation", "backbone": "base", "options": { "from": "en", "to": "de" }, "generation": { "numBeams": 1, "maxNewTokens": 8 } } } }""");
        return new(new ConfigurationReader { File = file, Settings = [$"backbones:base:checkpoint={checkpoint}", .. settings] }.Read(), PluginCatalog.Discover([Plugins]), new ConsoleLog(TextWriter.Null, isVerbose: false));
    }
}
