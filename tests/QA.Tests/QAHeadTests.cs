using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.QA.Tests;

public sealed class QAHeadTests : IDisposable
{
    private const string Tower = "The Eiffel Tower is in Paris, and Gustave Eiffel built it.";
    private readonly CheckpointBackbone backbone = new("bert-qa");

    [Fact]
    public void AHeadStartsFromTheOneThatTheCheckpointWasSavedWith()
    {
        using var head = Head();
        Assert.Equal(["span.bias", "span.weight"], head.named_parameters().Select(parameter => parameter.name).Order(StringComparer.Ordinal));
        Assert.All(head.named_parameters(), parameter => Assert.Equal(backbone.Head!.Weights[parameter.name].data<float>().ToArray(), parameter.parameter.data<float>().ToArray()));
    }

    [Fact]
    public void WindowsShowAllOfAContextAndShareAsManyTokensAsAsked()
    {
        using var head = Head();
        var windows = head.Split(new() { Text = "Who built it?", Contexts = [string.Concat(Enumerable.Repeat(Tower + " ", 8))], MaxSeqLen = 40, DocStride = 10 });
        Assert.True(windows.Count > 3);
        Assert.All(windows, window => Assert.InRange(window.Tokens.Length, 1, 40));
        Assert.All(windows.SkipLast(1), window => Assert.Equal(40, window.Tokens.Length));
        foreach (var (one, next) in windows.Zip(windows.Skip(1)))
        {
            Assert.Equal(one.Tokens[(one.First + one.Count - 10)..(one.First + one.Count)], next.Tokens[next.First..(next.First + 10)]);
        }

        Assert.Equal((0, 8 * (Tower.Length + 1) - 1), (windows[0].Stretch.Start, windows[^1].Stretch.End));
        Assert.All(windows, window => Assert.Equal(0, window.Nothing));
    }

    [Fact]
    public void AQuestionIsCutOnlyWhereItLeavesItsContextNoRoom()
    {
        using var head = Head();
        var (text, context) = (string.Concat(Enumerable.Repeat("Who built the tower? ", 6)), string.Concat(Enumerable.Repeat(Tower, 2)));
        int Asked(Question question) => head.Split(question)[0].Tokens.Count(token => token.Sequence == 0);
        var whole = Asked(new() { Text = text, Contexts = [context] });
        Assert.True(whole > 20);
        Assert.Equal(20, Asked(new() { Text = text, Contexts = [context], MaxSeqLen = 64, MaxQuestionLen = 20 }));
        Assert.Equal(whole, Asked(new() { Text = text, Contexts = [context], MaxQuestionLen = 20 }));
    }

    [Theory]
    [InlineData("who", "", null, null, "A context must hold text that may answer the question, but is empty. Give it as \"context\".")]
    [InlineData(" ", "text", null, null, "A question must not be empty. Give it as \"question\".")]
    [InlineData("who", "text", 0, null, "'topK' must be at least 1, but is 0.")]
    [InlineData("who", "text", null, 193, "'maxSeqLen' must be at most the 192 tokens that backbone 'bert-qa' reads, but is 193.")]
    [InlineData("who", "one two three four five six seven eight nine ten", null, 8, "A question must leave its context more than the 4 tokens that windows share, but leaves 4 of 8. Shorten it, lower 'docStride' or 'maxQuestionLen', or raise 'maxSeqLen'.")]
    public void WhatCannotBeAnsweredIsRefused(string question, string context, int? topK, int? maxSeqLen, string message)
    {
        using var head = Head();
        var error = Assert.ThrowsAny<FormatException>(() => head.Split(new() { Text = question, Contexts = [context], TopK = topK, MaxSeqLen = maxSeqLen }));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void AQuestionWithoutContextIsRefused()
    {
        using var head = Head();
        var error = Assert.Throws<FormatException>(() => head.Split(new() { Text = "who", Contexts = [] }));
        Assert.Equal("A question must have a context or more, but has none. Give it as \"context\".", error.Message);
    }

    [Fact]
    public async Task EachOfSeveralContextsIsAnsweredAndTheBestStandsFirst()
    {
        using var head = Head();
        string[] contexts = ["Nothing.", Tower, "Berlin ist die Hauptstadt und ein Land der Bundesrepublik Deutschland."];
        var host = new Host(head, backbone.Encode);
        var ask = new Question { Text = "Who designed the tower?", Contexts = contexts, TopK = 3 };
        var reply = await head.AnswerAsync(ask, host, TestContext.Current.CancellationToken);
        Assert.Equal(3, reply.Contexts!.Count);
        foreach (var (context, one) in contexts.Zip(reply.Contexts))
        {
            var alone = await head.AnswerAsync(ask with { Contexts = [context] }, host, TestContext.Current.CancellationToken);
            Assert.Equal((alone.Answer, alone.Score, alone.Start), (one.Answer, one.Score, one.Start));
            Assert.Equal(alone.Answers!, one.Answers!);
        }

        Assert.Equal(reply.Contexts.Max(one => one.Score), reply.Score);
        Assert.Equal(reply.Answer, contexts[reply.Context!.Value][reply.Start!.Value..reply.End!.Value]);
        Assert.Equal(3, reply.Answers!.Count);
        Assert.Equal(reply.Answers.OrderByDescending(answer => answer.Score), reply.Answers);
        Assert.All(reply.Answers, answer => Assert.Contains(answer with { Context = null }, reply.Contexts[answer.Context!.Value].Answers!));
    }

    [Theory]
    [InlineData(0.0, "")]
    [InlineData(1.0, "spoken")]
    public async Task AThresholdDecidesWhetherNothingIsAnswered(double threshold, string expected)
    {
        using var head = (QAHead)new QAPlugin(new() { HandleImpossibleAnswer = true, NoAnswerThreshold = threshold }).CreateHead(backbone);
        var reply = await head.AnswerAsync(new() { Text = "Who built it?", Contexts = [Tower] }, new Host(head, backbone.Encode), TestContext.Current.CancellationToken);
        Assert.NotEqual("", reply.Spoken);
        Assert.Equal(expected == "" ? "" : reply.Spoken, reply.Answer);
        Assert.InRange(reply.NoAnswerProbability!.Value, 0, 1);
    }

    [Theory]
    [InlineData("bert-qa", true)]
    [InlineData("bert-qa", false)]
    [InlineData("t5-v1_1", true)]
    [InlineData("t5-v1_1", false)]
    [InlineData("bart", true)]
    [InlineData("bart", false)]
    public async Task AQuoteIsWhatStandsAtItsPlacesAndBeginsAndEndsWithNoBlank(string checkpoint, bool alignToWords)
    {
        const string context = "In  1889 🗼 built\tGustave Eiffel (1832–1923) the tower; 🇫🇷 Paris\n\nhosted the World's Fair. ";
        using CheckpointBackbone other = new(checkpoint);
        manual_seed(5);
        using var head = (QAHead)new QAPlugin().CreateHead(other);
        var reply = await head.AnswerAsync(
            new() { Text = "Who built it?", Contexts = [context], TopK = 40, AlignToWords = alignToWords, MaxAnswerLen = 6 }, new Host(head, other.Encode), TestContext.Current.CancellationToken);
        Assert.True(reply.Answers!.Count > 5);
        foreach (var answer in reply.Answers.Where(answer => answer.Answer.Length > 0))
        {
            var (start, end) = (answer.StartUtf16 ?? answer.Start!.Value, answer.EndUtf16 ?? answer.End!.Value);
            Assert.Equal(answer.Answer, context[start..end]);
            Assert.Equal(answer.Answer, string.Concat(context.EnumerateRunes().Skip(answer.Start!.Value).Take(answer.End!.Value - answer.Start!.Value)));
            Assert.Equal(answer.Answer.Trim(), answer.Answer);
        }

        Assert.Equal(reply.Answers.Count, reply.Answers.Select(answer => answer.Answer.ToUpperInvariant()).Distinct().Count());
    }

    [Theory]
    [InlineData(40, 40)]
    [InlineData(100, 40)]
    [InlineData(192, null)]
    public void WindowsThatWouldShareAllTheyHoldAreRefusedHoweverShortTheContext(int docStride, int? maxSeqLen)
    {
        var (length, reason) = (maxSeqLen ?? 192, "must be below 'maxSeqLen', the tokens of a window, of which neighbours share as many as it says, but is ");
        var fault = Assert.Throws<OptionException>(() => new QAPlugin(new() { DocStride = docStride, MaxSeqLen = maxSeqLen }).CreateHead(backbone));
        Assert.Equal(("docStride", $"{reason}{docStride} where that is {length}. Lower the one or raise the other."), (fault.Option, fault.Reason));
        using var head = Head();
        fault = Assert.Throws<OptionException>(() => head.Split(new() { Text = "who", Contexts = ["he"], DocStride = docStride, MaxSeqLen = maxSeqLen }));
        Assert.Equal($"'docStride' {reason}{docStride} where that is {length}. Lower the one or raise the other.", fault.Message);
        using CheckpointBackbone writer = new("t5-v1_1");
        using var writing = (QAWritingHead)new QAPlugin(new() { Mode = AnswerMode.Generative }).CreateHead(writer);
        fault = Assert.Throws<OptionException>(() => writing.Split(new() { Text = "who", Contexts = ["he"], DocStride = docStride, MaxSeqLen = 40 }));
        Assert.Equal("docStride", fault.Option);
    }

    [Fact]
    public void AnAnswerIsLearnedWhereItIsShownWholeAndElsewhereThatItIsNotSaid()
    {
        using var head = Head();
        var context = string.Concat(Enumerable.Repeat("Der 🇩🇪 Turm steht. ", 20)) + Tower;
        var start = context.IndexOf("Gustave Eiffel", StringComparison.Ordinal);
        var windows = head.Split(new() { Text = "Who built it?", Contexts = [context], MaxSeqLen = 64, DocStride = 20 });
        var shown = 0;
        foreach (var window in windows)
        {
            var labels = head.EncodeTarget(window, Reply.Quote(context, start, start + 14))!.Labels;
            if (labels is [0, 0])
            {
                Assert.True(window.Stretch.Start > start || window.Stretch.End < start + 14);
                continue;
            }

            shown++;
            var (first, last) = (window.Tokens[labels[0]], window.Tokens[labels[1]]);
            Assert.Equal("Gustave Eiffel", context[first.Start..(last.Start + last.Length)]);
        }

        Assert.True(shown > 0);
        Assert.Equal([0L, 0L], head.EncodeTarget(windows[0], new() { Answer = "" })!.Labels);
        Assert.Equal([0L, 0L], head.EncodeTarget(windows[0], Reply.Quote(context, start, start + 14) with { Context = 1 })!.Labels);
        Assert.Null(head.EncodeTarget(windows[0], new() { Answer = "somebody else" }));
    }

    [Fact]
    public void TheLossIsTheMeanOfBothEnds()
    {
        using var scope = NewDisposeScope();
        using var head = Head();
        var window = head.Split(new() { Text = "Who built it?", Contexts = [Tower] })[0];
        var batch = Host.Read(head, backbone.Encode, window, window);
        var labels = tensor(new long[] { window.First + 1, window.First + 2, 0, 0 }, [2, 2]);
        var loss = head.Loss(batch with { Labels = labels });
        var probability = head.Predict(batch)[0].Nothing;
        Assert.Equal(4, loss.Count);
        var one = head.Loss(Host.Read(head, backbone.Encode, window) with { Labels = labels[0].unsqueeze(0) });
        Assert.Equal(loss.Sum.item<float>(), one.Sum.item<float>() - Math.Log(probability), 1e-3);
    }

    public void Dispose() => backbone.Dispose();

    private QAHead Head() => (QAHead)new QAPlugin().CreateHead(backbone);
}
