using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.TextGeneration.Tests;

/// <summary>How likely texts are.</summary>
public sealed class PerplexityTests
{
    private const string Long = "Two dogs run in the snow while a man in an orange hat looks at something far away, and a cat sleeps near the window of the house.";

    /// <summary>The loss that the reference gives for a batch of texts is the mean over all tokens but the first of each: <c>golden/forward.safetensors</c>.</summary>
    [Theory]
    [InlineData("gpt2", 7.98217248916626)]
    [InlineData("llama", 8.919879913330078)]
    [InlineData("qwen2", 9.603413581848145)]
    [InlineData("mistral", 8.580765724182129)]
    public async Task TheMeanIsTheReferencesLoss(string fixture, double loss)
    {
        using var host = new CheckpointHost(fixture);
        var rows = Ids(fixture);
        var answers = await Task.WhenAll(rows.Select(ids => host.AskAsync(new() { Continuation = host.Tokenizer.Decode(ids) })));
        Assert.Equal(rows.Select(ids => (int?)ids.Length - 1), answers.Select(answer => answer.Tokens));
        var metric = Assert.Single(new TextGenerationPlugin().Score([.. answers.Select(answer => new Answer<Prompt, Generated>(new(), answer, answer))]));
        Assert.Equal(("perplexity", true), (metric.Name, metric.LowerIsBetter));
        Assert.Equal(loss, Math.Log(metric.Value), 1e-5);
        Assert.Equal($"tokens:{rows.Sum(ids => ids.Length - 1)}|window:1024|stride:half", metric.Signature);
    }

    [Theory]
    [InlineData(16, 8)]
    [InlineData(16, 1)]
    [InlineData(20, 15)]
    [InlineData(1024, null)]
    public async Task ALongTextIsScoredWindowByWindow(int window, int? stride)
    {
        using var host = new CheckpointHost("gpt2", new() { Window = window, Stride = stride });
        int[] ids = [.. host.Tokenizer.Encode(Long).Ids];
        Assert.InRange(ids.Length, 40, host.MaxLength);
        var (expected, count, before, length) = (0.0, 0, 0, Math.Min(window, host.MaxLength));
        for (var begin = 0; before < ids.Length; begin += stride ?? length / 2)
        {
            var end = Math.Min(begin + length, ids.Length);
            // A window's own first token has nothing before it.
            var scores = Scores(host, ids[begin..end]).TakeLast(Math.Min(end - before, end - begin - 1)).ToArray();
            (expected, count, before) = (expected + scores.Sum(), count + scores.Length, end);
        }

        var answer = await host.AskAsync(new() { Continuation = Long });
        Assert.Equal((Long, ids.Length - 1, count), (answer.Text, answer.Tokens, count));
        Assert.Equal(expected, answer.Score!.Value, 1e-3);
        Assert.Equal(Math.Exp(-answer.Score.Value / count), answer.Perplexity!.Value, 1e-9);
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public async Task AnAnswersScoreIsThatOfItsTokensAndItsEnd(string fixture)
    {
        using var host = new CheckpointHost(fixture);
        int[] prompt = [.. host.Tokenizer.Encode("Two dogs").Ids], ids = [.. host.Tokenizer.Encode("Two dogs run.").Ids, host.Tokenizer.EndId];
        Assert.Equal(prompt, ids[..prompt.Length]);
        var answer = await host.AskAsync(new() { Text = "Two dogs", Continuation = " run." });
        Assert.Equal(ids.Length - prompt.Length, answer.Tokens);
        Assert.Equal(Scores(host, ids).TakeLast(ids.Length - prompt.Length).Sum(), answer.Score!.Value, 1e-4);
    }

    [Fact]
    public async Task WithAnEncoderThePromptIsReadAndTheAnswerDecoded()
    {
        using var host = new CheckpointHost("t5-v1_0");
        int[] prompt = [.. host.Tokenizer.Encode("Two dogs").Ids], target = [.. host.Tokenizer.Encode("run.", new() { IsTarget = true }).Ids];
        var answer = await host.AskAsync(new() { Text = "Two dogs", Continuation = "run." });
        Assert.Equal(target.Length, answer.Tokens);
        Assert.Equal(host.Predict([new(prompt, target)])[0], answer.Score!.Value, 1e-4);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (read, labels) = (tensor(prompt.Select(id => (long)id).ToArray()).unsqueeze(0), tensor(target.Select(id => (long)id).ToArray()).unsqueeze(0));
        var states = host.Decode(host.Transformer.Encode(host.Embed(new() { Source = read, Mask = ones_like(read).to(ScalarType.Bool) })), labels);
        Assert.Equal(host.Project(states).log_softmax(2).gather(2, labels.unsqueeze(2)).sum().item<float>(), answer.Score.Value, 1e-4);
    }

    [Fact]
    public void ABatchIsScoredAsItsRowsOneByOne()
    {
        using var host = new CheckpointHost("llama");
        IReadOnlyList<Window> windows = [new([1, 272], [297, 271, 343]), new([1], [368]), new([1, 308, 557, 316], []), new([1, 308, 557], [316, 730, 334, 705, 488])];
        var together = host.Predict(windows);
        Assert.All(windows.Index(), window => Assert.Equal(host.Predict([window.Item])[0], together[window.Index], 1e-4));
        Assert.Equal(0, together[2]);
    }

    /// <summary>Both rows fill all positions; padded to one shape they are longer than these.</summary>
    [Theory]
    [InlineData("gpt2")]
    [InlineData("llama")]
    public void ALongPromptAndALongContinuationFitOneBatch(string fixture)
    {
        using var host = new CheckpointHost(fixture);
        int[] ids = [.. Enumerable.Range(0, host.MaxLength).Select(i => 10 + (i * 7 % 600))];
        IReadOnlyList<Window> windows = [new(ids[..^3], ids[^3..]), new(ids[..2], ids[2..])];
        var together = host.Predict(windows);
        Assert.All(windows.Index(), window => Assert.Equal(host.Predict([window.Item])[0], together[window.Index], 1e-3));
    }

    [Theory]
    [InlineData(40, 1, 16, 8, 100)]
    [InlineData(40, 30, 16, 15, 100)]
    [InlineData(40, 0, 16, 5, 4)]
    [InlineData(7, 3, 16, 15, 100)]
    public void EachTokenIsATargetOnceAndFollowsWhatStandsBeforeIt(int count, int first, int length, int stride, int longestTarget)
    {
        var next = first;
        foreach (var (source, target) in Window.Over(new([.. Enumerable.Range(0, count)], first), length, stride, longestTarget))
        {
            Assert.Equal((source.End.Value, next), (target.Start.Value, target.Start.Value));
            Assert.InRange(target.End.Value - source.Start.Value, 1, length);
            Assert.InRange(target.End.Value - target.Start.Value, 1, longestTarget);
            Assert.True(source.Start.Value < source.End.Value || first == 0);
            next = target.End.Value;
        }

        Assert.Equal(count, next);
    }

    // The log-probability of each token but the first, given those before it.
    private static double[] Scores(CheckpointHost host, int[] ids)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var all = tensor(ids.Select(id => (long)id).ToArray()).unsqueeze(0);
        var read = host.Transformer.Encode(host.Embed(new() { Source = all, Mask = ones_like(all).to(ScalarType.Bool) }));
        var logs = host.Project(read.States).log_softmax(2);
        return [.. ids.Skip(1).Select((id, i) => (double)logs[0, i, id].item<float>())];
    }

    private static int[][] Ids(string fixture)
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(Repository.Fixture("models", fixture, "golden", "forward.safetensors"));
        var (ids, mask) = (file.Read("input_ids"), file.Read("attention_mask"));
        return [.. Enumerable.Range(0, (int)ids.size(0)).Select(row => Enumerable.Range(0, (int)ids.size(1))
            .Where(at => mask[row, at].item<long>() != 0).Select(at => (int)ids[row, at].item<long>()).ToArray())];
    }
}
