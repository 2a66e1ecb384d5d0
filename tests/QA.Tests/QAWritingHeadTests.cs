using Ptgp.Testing;

namespace Ptgp.QA.Tests;

public sealed class QAWritingHeadTests : IDisposable
{
    private const string Context = "The tower was built by Gustave Eiffel. It stands in Paris. It was finished in 1889, and is painted every seven years.";
    private readonly TinyBackbone backbone = new();

    [Fact]
    public void TheWindowsOfAPromptShowTheWholeContextEachWithTheQuestion()
    {
        using var head = Head();
        var windows = head.Split(new() { Text = "Who built it?", Contexts = [Context], MaxSeqLen = 80, DocStride = 20 });
        string[] read = [.. windows.Select(window => backbone.Tokenizer.Decode(head.EncodeInput(window).Tokens.Select(id => (int)id)))];
        Assert.True(read.Length > 2);
        Assert.All(read, text => Assert.StartsWith("question: Who built it? context: ", text, StringComparison.Ordinal));
        Assert.All(windows, window => Assert.Equal(backbone.Tokenizer.EndId, window.Tokens[^1].Id));
        var contexts = read.Select(text => text["question: Who built it? context: ".Length..]).ToList();
        Assert.Equal(Context, contexts[0] + string.Concat(contexts.Skip(1).Select(text => text[20..])));
    }

    [Fact]
    public void APromptMayAskBehindTheContext()
    {
        using var head = Head(new() { Prompt = "{context} | {question} =" });
        var windows = head.Split(new() { Text = "{context}?", Contexts = [Context], MaxSeqLen = 60 });
        Assert.All(windows, window => Assert.EndsWith(" | {context}? =", backbone.Tokenizer.Decode(head.EncodeInput(window).Tokens.Select(id => (int)id)), StringComparison.Ordinal));
    }

    [Fact]
    public async Task TheLikeliestAnswerOfAllWindowsStandsAndIsFoundInItsContext()
    {
        using var head = Head();
        var asked = 0;
        var host = new Host(head, write: _ => Interlocked.Increment(ref asked) switch
        {
            1 => Of(("Eiffel", -0.5f)),
            2 => Of(("", -0.01f)),
            _ => Of(("Gustave eiffel", -0.2f), ("somebody", -0.9f)),
        });
        var question = new Question { Text = "Who built it?", Contexts = [Context], MaxSeqLen = 110, DocStride = 50, TopK = 3 };
        Assert.Equal(3, head.Split(question).Count);
        var reply = await head.AnswerAsync(question, host, TestContext.Current.CancellationToken);
        Assert.Equal("Gustave eiffel", reply.Answer);
        Assert.Equal(Math.Exp(-0.2), reply.Score!.Value, 1e-6);
        Assert.Equal(["Gustave eiffel", "Eiffel", "somebody"], reply.Answers!.Select(answer => answer.Answer));
        Assert.Equal((31, 37), (reply.Answers![1].Start, reply.Answers[1].End));
        Assert.Null(reply.Answers[2].Start);
        Assert.Equal(3, host.Progress.Count);
    }

    [Fact]
    public async Task AnAnswerThatItsLengthCutSaysSo()
    {
        using var head = Head();
        var question = new Question { Text = "Who built it?", Contexts = [Context] };
        foreach (var (finish, unfinished) in new (FinishReason, bool?)[] { (FinishReason.Length, true), (FinishReason.End, null) })
        {
            var written = Of(("Gustave", -0.2f));
            var reply = await head.AnswerAsync(question, new Host(head, write: _ => written with { Hypotheses = [written.Best with { Finish = finish }] }), TestContext.Current.CancellationToken);
            Assert.Equal(("Gustave", unfinished), (reply.Answer, reply.Unfinished));
        }
    }

    [Fact]
    public async Task NothingIsAnsweredOnlyWhereEveryWindowWritesNothing()
    {
        using var head = Head(new() { HandleImpossibleAnswer = true });
        var asked = 0;
        var question = new Question { Text = "Who built it?", Contexts = [Context], MaxSeqLen = 110, DocStride = 50 };
        var reply = await head.AnswerAsync(question, new Host(head, write: _ => Of((Interlocked.Increment(ref asked) == 2 ? "Paris" : "", -0.1f))), TestContext.Current.CancellationToken);
        Assert.Equal(("Paris", 0.0), (reply.Answer, reply.NoAnswerProbability));
        reply = await head.AnswerAsync(question, new Host(head, write: _ => Of(("", -0.1f))), TestContext.Current.CancellationToken);
        Assert.Equal("", reply.Answer);
        Assert.Equal(Math.Exp(-0.1), reply.NoAnswerProbability!.Value, 1e-6);
    }

    [Fact]
    public async Task AnAnswerIsShownAsItGrows()
    {
        using var head = Head();
        var host = new Host(head, write: _ => Of(("Gustave", -1f))) { IsWatched = true };
        await head.AnswerAsync(new() { Text = "Who?", Contexts = ["Gustave did."] }, host, TestContext.Current.CancellationToken);
        Assert.Equal("Gustave", Assert.Single(host.Reports).Answer);
    }

    [Fact]
    public void AWindowWithoutTheAnswerTeachesNothingOrToWriteNothing()
    {
        var question = new Question { Text = "Who?", Contexts = [Context], MaxSeqLen = 80, DocStride = 20 };
        var expected = Reply.Quote(Context, 23, 37);
        Assert.Equal("Gustave Eiffel", expected.Answer);
        foreach (var isImpossible in new[] { false, true })
        {
            using var head = Head(new() { HandleImpossibleAnswer = isImpossible });
            var windows = head.Split(question);
            Assert.Equal(15, head.EncodeTarget(windows[0], expected)!.Labels.Count);
            Assert.Equal(isImpossible ? 1 : (int?)null, head.EncodeTarget(windows[^1], expected)?.Labels.Count);
            Assert.Equal(isImpossible ? 1 : (int?)null, head.EncodeTarget(windows[0], new() { Answer = "" })?.Labels.Count);
        }

        using var whole = Head();
        Assert.NotNull(whole.EncodeTarget(whole.Split(new() { Text = "Who?", Contexts = ["He did."] })[0], new() { Answer = "in other words" }));
    }

    [Theory]
    [InlineData("who", " ", "A context must hold text that may answer the question, but is empty. Give it as \"context\".")]
    [InlineData("", "text", "A question must not be empty. Give it as \"question\".")]
    public void WhatCannotBeAnsweredIsRefused(string question, string context, string message)
    {
        using var head = Head();
        Assert.Equal(message, Assert.Throws<FormatException>(() => head.Split(new() { Text = question, Contexts = [context] })).Message);
    }

    public void Dispose() => backbone.Dispose();

    private QAWritingHead Head(QAOptions? options = null) =>
        (QAWritingHead)new QAPlugin((options ?? new()) with { Mode = AnswerMode.Generative }).CreateHead(backbone);

    private static Written Of(params (string Text, float LogProbability)[] answers) => new()
    {
        Hypotheses = [.. answers.Select(answer => new Hypothesis { Ids = [], Text = answer.Text, Score = answer.LogProbability, LogProbabilities = [answer.LogProbability, answer.LogProbability], Finish = FinishReason.End })],
    };
}
