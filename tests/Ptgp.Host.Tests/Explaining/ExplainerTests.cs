using System.Text.Json;
using Ptgp.Host.Commands;
using Ptgp.Host.Configuration;
using Ptgp.Host.Explaining;
using Ptgp.Host.Plugins;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Explaining;

/// <summary>Tasks of several kinds, explained on small random checkpoints: what they answer means nothing, but how it came about is the same.</summary>
public sealed class ExplainerTests : IDisposable
{
    private static readonly string Plugins = Path.Combine(Repository.BuiltHost, "plugins");
    private static readonly GenerationOptions few = new() { NumBeams = 1, MaxNewTokens = 5, MinLength = 0, MinNewTokens = 0, NoRepeatNgramSize = 0 };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("summarization", "t5-v1_1", 3)]
    [InlineData("summarization", "pegasus", 3)]
    [InlineData("textgeneration", "gpt2", 1)]
    public async Task ATextIsExplainedByWhatWasRead(string plugin, string checkpoint, int kinds)
    {
        const string text = "A man rides a bike.";
        using var host = Host(plugin, checkpoint);
        using var runner = await Open(host);
        var answer = runner.ToJson(await runner.AnswerAsync(runner.ParseText(text), few, null, TestContext.Current.CancellationToken));
        var explanation = await runner.ExplainAsync(runner.ParseText(text), few, new() { Steps = 4 }, TestContext.Current.CancellationToken);
        Assert.Equal(answer.ToJsonString(), explanation.Answer.ToJsonString());
        var pass = Assert.Single(explanation.Passes);
        // Every letter of the text stands in the span of a token.
        Assert.All(text.Index().Where(letter => letter.Item != ' '), letter => Assert.Contains(pass.Source, place => place.Field is not null && place.Start <= letter.Index && letter.Index < place.Start + place.Length));
        Assert.Equal(kinds, pass.Attention.Count);
        Assert.All(pass.Attention.SelectMany(group => group.Layers), map => Assert.All(map.Values.Chunk(map.Columns), row => Assert.Equal(1, row.Sum(), 1e-5)));
        Assert.Equal((double)answer["score"]!, pass.Written.Sum(place => place.Chosen!.Value), 1e-4);
        var whole = pass.Attributions.Where(attributed => attributed.Place is null).ToDictionary(attributed => attributed.Method, attributed => attributed.Attribution);
        Assert.Equal(pass.Written.Sum(place => place.LogProbability), whole[ExplanationMethods.IntegratedGradients].Score, 1e-4);
        Assert.Equal(pass.Written.Count, pass.Attributions.Count(attributed => attributed is { Method: ExplanationMethods.InputXGradient, Place: not null }));
        Assert.All(whole.Values, attribution => Assert.Equal(pass.Source.Count, attribution.Values.Count));
        // What says nothing has its special tokens too, so that these did nothing.
        Assert.All(pass.Source.Zip(whole[ExplanationMethods.IntegratedGradients].Values).Where(pair => pair.First.IsSpecial), pair => Assert.Equal(0, pair.Second));
    }

    [Fact]
    public async Task APartIsExplainedByTheHeadsOwnLoss()
    {
        using var host = Host("qa", "bert-qa");
        using var runner = await Open(host);
        var question = runner.ParseJson(JsonElement.Parse("""{ "question": "Where do dogs play?", "context": "Two dogs play in the snow.", "alignToWords": false }"""));
        var explanation = await runner.ExplainAsync(question, new(), new() { Steps = 16 }, TestContext.Current.CancellationToken);
        var pass = Assert.Single(explanation.Passes);
        Assert.False(pass.IsWritten);
        Assert.Empty(pass.Written);
        Assert.Equal(AttentionKind.Encoder, Assert.Single(pass.Attention).Of);
        Assert.Equal(["question", "context"], pass.Source.Select(place => place.Field).OfType<string>().Distinct());
        // The loss is that of both ends of the answer.
        Assert.All(pass.Attributions, attributed => Assert.Equal((double)explanation.Answer["score"]!, Math.Exp(attributed.Attribution.Score), 1e-6));
        var integrated = pass.Attributions.Single(attributed => attributed.Method == ExplanationMethods.IntegratedGradients).Attribution;
        Assert.Equal(integrated.Score - integrated.BaselineScore!.Value, integrated.Values.Sum() - integrated.CompletenessError!.Value, 1e-6);
        Assert.InRange(Math.Abs(integrated.CompletenessError.Value), 0, 1e-2);
    }

    [Fact]
    public async Task OnlyWhatIsAskedForIsComputed()
    {
        using var host = Host("textgeneration", "gpt2");
        using var runner = await Open(host);
        async Task<ExplainedPass> Explain(ExplanationMethods methods) =>
            (await runner.ExplainAsync(runner.ParseText("A man"), few, new() { Methods = methods, Layers = LayerChoice.Last }, TestContext.Current.CancellationToken)).Passes[0];
        var attention = await Explain(ExplanationMethods.Attention);
        Assert.Equal((0, 0, 1), (attention.Written.Count, attention.Attributions.Count, attention.Attention[0].Layers.Count));
        var probabilities = await Explain(ExplanationMethods.Probabilities);
        Assert.Equal((5, 0, 0), (probabilities.Written.Count, probabilities.Attributions.Count, probabilities.Attention.Count));
        var gradients = await Explain(ExplanationMethods.InputXGradient);
        Assert.All(gradients.Attributions, attributed => Assert.Equal(ExplanationMethods.InputXGradient, attributed.Method));
        Assert.Equal((0, 6, 0), (gradients.Written.Count, gradients.Attributions.Count, gradients.Attention.Count));
    }

    [Fact]
    public async Task WhatTrainingChangedIsInTheExplanation()
    {
        var data = folder.Write("train.jsonl", string.Concat(Enumerable.Range(0, 8).Select(i => $$"""{"source": "It is day {{i}}.", "target": "Bike."}""" + "\n")));
        using (var host = Host("summarization", "t5-v1_1"))
        using (var trainer = await host.OpenAsync("it", TaskUse.Training, new(), TestContext.Current.CancellationToken))
        {
            await trainer.TrainAsync(
                new() { Data = [data], Output = folder["learned"], Recipe = recipe => recipe with { Tuning = BackboneTuning.LowRank, MaxSteps = 3, BatchSize = 8, Accumulation = 1, LearningRate = 0.05 } },
                TestContext.Current.CancellationToken);
        }

        var (before, after) = (await Explain(), await Explain($"adapter={folder["learned"]}"));
        Assert.NotEqual(before.Attributions[0].Attribution.Values, after.Attributions[0].Attribution.Values);
        Assert.NotEqual(before.Attention[0].Layers[^1].Values, after.Attention[0].Layers[^1].Values);

        async Task<ExplainedPass> Explain(params string[] settings)
        {
            using var host = Host("summarization", "t5-v1_1", settings);
            using var runner = await Open(host);
            var pass = (await runner.ExplainAsync(runner.ParseText("It is day 3."), few, new() { Steps = 1 }, TestContext.Current.CancellationToken)).Passes[0];
            Assert.Equal(pass.Score!.Value, pass.Written.Sum(place => place.Chosen!.Value), 1e-4);
            Assert.Equal(pass.Score.Value, pass.Written.Sum(place => place.LogProbability), 1e-3);
            return pass;
        }
    }

    [Fact]
    public async Task AnswersMadeWithoutTheBackboneAreSaidToBe()
    {
        using var host = Host("summarization", "t5-v1_1");
        using var runner = await Open(host);
        var explanation = await runner.ExplainAsync(runner.ParseText(" "), few, new(), TestContext.Current.CancellationToken);
        Assert.Empty(explanation.Passes);
        Assert.Equal(["This answer was made without the backbone: there is nothing to explain."], explanation.Remarks);
    }

    [Fact]
    public async Task LayersThatAreNotThereAreWrongUsage()
    {
        using var host = Host("textgeneration", "gpt2");
        using var runner = await Open(host);
        var fault = await Assert.ThrowsAsync<UsageException>(() => runner.ExplainAsync(runner.ParseText("A man"), few, new() { Layers = LayerChoice.Parse("8") }, TestContext.Current.CancellationToken));
        Assert.Equal("--layers must name layers that there are, from 0 to 2, but is '8'.", fault.Message);
    }

    private static Task<ITaskRunner> Open(TaskHost host) => host.OpenAsync("it", TaskUse.Answering, new(), TestContext.Current.CancellationToken);

    private TaskHost Host(string plugin, string checkpoint, params string[] settings)
    {
        var file = folder.Write("ptgp.json", $$"""{ "backbones": { "base": { "checkpoint": "", "device": "cpu", "threads": 1 } }, "tasks": { "it": { "plugin": "{{plugin}}", "backbone": "base" } } }""");
        var configuration = new ConfigurationReader { File = file, Settings = [$"backbones:base:checkpoint={Repository.Fixture("models", checkpoint)}", .. settings.Select(setting => $"tasks:it:{setting}")] }.Read();
        return new(configuration, PluginCatalog.Discover([Plugins]), new ConsoleLog(TextWriter.Null, isVerbose: false));
    }
}
