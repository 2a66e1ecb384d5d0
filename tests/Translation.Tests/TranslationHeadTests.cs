using Ptgp.Tests.Fakes;
using Ptgp.Toolkit.Heads;
using Ptgp.Toolkit.Text;

namespace Ptgp.Translation.Tests;

public class TranslationHeadTests
{
    private readonly FakeBackbone backbone = new();

    [Fact]
    public async Task ATextThatFitsIsWrittenAtOnce()
    {
        var (answer, host) = await Ask("Hello there.");
        Assert.Equal(new Translation { Text = "HELLO THERE.", Score = -2 }, answer);
        Assert.Null(Assert.Single(host.Requests).Options.ForcedBosTokenId);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t ")]
    public async Task AnEmptyTextIsAnsweredWithoutAskingTheBackbone(string text)
    {
        var (answer, host) = await Ask(text, new() { To = "de" });
        Assert.Equal(new Translation { Text = "", To = "de" }, answer);
        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task SeveralHypothesesAreAllGivenWithTheirScores()
    {
        var (answer, _) = await Ask("Hello.", write: request => new() { Hypotheses = [Of("Hallo.", -0.5), Of("Servus.", -0.75)] });
        Assert.Equal(("Hallo.", -0.5), (answer.Text, answer.Score));
        Assert.Equal([new("Hallo.", -0.5), new("Servus.", -0.75)], answer.Hypotheses!);
    }

    [Fact]
    public async Task WhatStopsShortSaysSo()
    {
        var (answer, _) = await Ask("Hello.", write: request => new() { Hypotheses = [Of("Ha", -1) with { Finish = FinishReason.Length }] });
        Assert.True(answer.Unfinished);
    }

    [Fact]
    public async Task ALongTextIsWrittenSentenceBySentenceAllAtOnce()
    {
        const string text = "One two three four.\n\nFive six.  Seven eight nine, ten eleven twelve thirteen fourteen.";
        var (answer, host) = await Ask(text, new() { From = "en" }, gathers: 4);
        string[] pieces = ["One two three four.", "Five six.", "Seven eight nine,", "ten eleven twelve thirteen fourteen."];
        Assert.Equal(4, host.Requests.Count);
        Assert.Equal("ONE TWO THREE FOUR.\n\nFIVE SIX.  SEVEN EIGHT NINE, TEN ELEVEN TWELVE THIRTEEN FOURTEEN.", answer.Text);
        Assert.Equal(pieces, answer.Split!.Select(piece => piece.Source));
        Assert.Equal(pieces.Select(piece => piece.ToUpperInvariant()), answer.Split!.Select(piece => piece.Text));
        Assert.Equal((-4 - 2 - 3 - 5) / 4.0, answer.Score);
        Assert.Null(answer.Truncated);
        Assert.Equal([0.25, 0.5, 0.75, 1], host.Progress.Order());
    }

    [Fact]
    public async Task ALongTextGrowsFromItsStart()
    {
        var (answer, host) = await Ask("One two three four. Five six seven eight.", isWatched: true);
        var lengths = host.Reports.Select(report => report.Text).ToList();
        Assert.NotEmpty(lengths);
        Assert.All(lengths, text => Assert.StartsWith(text, answer.Text, StringComparison.Ordinal));
        Assert.Equal(lengths.OrderBy(text => text.Length), lengths);
    }

    [Fact]
    public async Task ALongTextIsTruncatedWhenTheOptionsSaySo()
    {
        var (answer, host) = await Ask("one two three four five six seven eight nine", new() { Overlong = Overlong.Truncate });
        Assert.Equal("ONE TWO THREE FOUR FIVE SIX SEVEN", answer.Text);
        Assert.Equal(2, answer.Truncated);
        Assert.Equal(8, Assert.Single(host.Requests).Source!.Length);
        Assert.Null((await Ask("one two", new() { Overlong = Overlong.Truncate })).Answer.Truncated);
    }

    [Fact]
    public async Task ALongTextIsRefusedWhenTheOptionsSaySo()
    {
        var error = await Assert.ThrowsAsync<FormatException>(() => Ask("one two three four five six seven eight nine", new() { Overlong = Overlong.Error }));
        Assert.Equal("A text must have at most 8 tokens, but this one has 10. Shorten it, or set the task's option 'overlong' to 'split' or 'truncate'.", error.Message);
    }

    [Fact]
    public void TrainingTruncatesWhatIsTooLong()
    {
        var head = Head(new());
        Assert.Equal(8, head.EncodeInput(new() { Text = "one two three four five six seven eight nine" }).Length);
        Assert.Equal(6, head.EncodeTarget(new() { Text = "x" }, new() { Text = "one two three four five six seven" })!.Labels.Count);
        Assert.Null(head.EncodeTarget(new() { Text = " " }, new() { Text = "one" }));
        Assert.Null(head.EncodeTarget(new() { Text = "one" }, new() { Text = "" }));
    }

    [Fact]
    public async Task ACancelledRequestIsCancelled()
    {
        var host = new FakeAnswering<Passage, Translation>(_ => throw new InvalidOperationException()) { Gathers = 2 };
        var answer = Head(new()).AnswerAsync(new() { Text = "one" }, host, new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    private static Hypothesis Of(string text, double score) => new() { Ids = [], Text = text, Score = score, Finish = FinishReason.End };

    private TranslationHead Head(TranslationOptions options) => (TranslationHead)new TranslationPlugin(options).CreateHead(backbone);

    // Writes what it reads in capitals, with the number of words as its score, if not told otherwise.
    private async Task<(Translation Answer, FakeAnswering<Passage, Translation> Host)> Ask(
        string text, TranslationOptions? options = null, Func<WritingRequest, Written>? write = null, int gathers = 1, bool isWatched = false)
    {
        var host = new FakeAnswering<Passage, Translation>(write ?? Capitals) { Gathers = gathers, IsWatched = isWatched };
        return (await Head(options ?? new()).AnswerAsync(new() { Text = text }, host, TestContext.Current.CancellationToken), host);
    }

    private Written Capitals(WritingRequest request)
    {
        var words = backbone.Tokenizer.Decode(request.Source!.Tokens.Select(id => (int)id));
        return new() { Hypotheses = [Of(words.ToUpperInvariant(), -words.Split(' ').Length)] };
    }
}
