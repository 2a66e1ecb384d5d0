using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Ptgp.Tests.Fakes;
using Ptgp.Toolkit.Heads;
using Ptgp.Toolkit.Text;

namespace Ptgp.Summarization.Tests;

public class SummarizationHeadTests
{
    private const string Long = "One two three four. Five six. Seven eight nine ten eleven. Twelve thirteen fourteen.";

    private readonly FakeBackbone backbone = new();
    private readonly Recorder recorder = new();

    [Fact]
    public async Task ATextThatFitsIsSummarizedAtOnce()
    {
        var (answer, host) = await Ask("One two three.");
        Assert.Equal(new Summary { Text = "ONE TWO THREE.", Score = -3 }, answer);
        Assert.Empty(Assert.Single(host.Requests).Rules);
        Assert.Equal(new GenerationOptions(), host.Requests.Single().Options);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t \n ")]
    public async Task AnEmptyTextIsAnsweredWithoutAskingTheBackbone(string text)
    {
        var (answer, host) = await Ask(text);
        Assert.Equal(new Summary { Text = "" }, answer);
        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task SeveralHypothesesAreAllGivenWithTheirScores()
    {
        var (answer, _) = await Ask("One. Two.", new() { MaxSentences = 1 }, _ => new() { Hypotheses = [Of("A b. C", -0.5), Of("Do. E", -0.75)] });
        Assert.Equal(("A b.", -0.5), (answer.Text, answer.Score));
        Assert.Equal([new ScoredText("A b.", -0.5), new("Do.", -0.75)], answer.Hypotheses!);
    }

    [Fact]
    public async Task WhatStopsShortSaysSo()
    {
        var (answer, _) = await Ask("One.", write: _ => new() { Hypotheses = [Of("On", -1) with { Finish = FinishReason.Length }] });
        Assert.True(answer.Unfinished);
    }

    [Fact]
    public async Task ALongTextIsSummarizedByTheSummariesOfItsPartsAllAtOnce()
    {
        var (answer, host) = await Ask(Long, gathers: 3);
        Assert.Equal("ONE TWO THREE SEVEN EIGHT TWELVE", answer.Text);
        Assert.Equal((15, null), (answer.Tokens, answer.Truncated));
        Assert.Equal(
            [
                new() { Level = 1, Source = "One two three four. Five six.", Tokens = 7, Text = "ONE TWO THREE", NewTokens = 3, Score = -3 },
                new() { Level = 1, Source = "Seven eight nine ten eleven.", Tokens = 6, Text = "SEVEN EIGHT", NewTokens = 2, Score = -2 },
                new() { Level = 1, Source = "Twelve thirteen fourteen.", Tokens = 4, Text = "TWELVE", NewTokens = 1, Score = -1 },
            ],
            answer.Split!);
        Assert.Equal([0.25, 0.5, 0.75, 1], host.Progress.Order());
    }

    [Fact]
    public async Task SummariesThatAreStillTooLongAreSummarizedAgain()
    {
        var (answer, _) = await Ask(string.Join(' ', Enumerable.Range(0, 12).Select(i => $"A{i} b c d e.")));
        Assert.Equal([(1, 12), (2, 4), (3, 2)], answer.Split!.GroupBy(part => part.Level).Select(level => (level.Key, level.Count())));
        Assert.All(answer.Split!, part => Assert.InRange(part.Tokens, 2, 8));
        Assert.Equal("A0 B A1 A6 B A7", answer.Text);
    }

    [Fact]
    public async Task APartGetsOneSummaryAtMostHalfAsLongAndElseAsTheCallerWants()
    {
        var (_, host) = await Ask(Long, wanted: new() { NumReturnSequences = 3, NumBeams = 4, MinNewTokens = 2, MinLength = 50, MaxNewTokens = 2 });
        var parts = host.Requests.Where(request => request.Options.NumReturnSequences == 1).Select(request => request.Options).ToList();
        Assert.Equal([(2, 2, 2), (2, 2, 2), (1, 1, 1)], parts.Select(options => (options.MaxNewTokens, options.MinNewTokens, options.MinLength)));
        Assert.Equal(new GenerationOptions(), Assert.Single(host.Requests, request => request.Options.NumReturnSequences is null).Options);
    }

    [Fact]
    public async Task SummariesThatAreNoShorterThanTheirPartsAreAnErrorThatSaysWhatToDo()
    {
        var error = await Assert.ThrowsAsync<FormatException>(() => Ask(Long, write: _ => new() { Hypotheses = [Of("a b c d e f", 0)] }));
        Assert.Equal(
            "The summaries of a text's parts must be shorter than the text, but have 19 tokens where it has 15. Set the task's option 'overlong' to 'truncate', or use a backbone that reads more than 8 tokens.",
            error.Message);
    }

    [Fact]
    public async Task SummariesThatSayNothingLeaveNothing()
    {
        var (answer, host) = await Ask(Long, write: _ => new() { Hypotheses = [Of("", 0)] });
        Assert.Equal(("", null, 3, 3), (answer.Text, answer.Score, answer.Split!.Count, host.Requests.Count));
    }

    [Fact]
    public async Task ALongTextIsTruncatedWhenTheOptionsSaySo()
    {
        var (answer, host) = await Ask(Long, new() { Overlong = Overlong.Truncate });
        Assert.Equal(("ONE TWO THREE FOUR. FIVE SIX. SEVEN", 15, 7), (answer.Text, answer.Tokens, answer.Truncated));
        Assert.Equal(8, Assert.Single(host.Requests).Source!.Length);
    }

    [Fact]
    public async Task ALongTextIsRefusedWhenTheOptionsSaySo()
    {
        var error = await Assert.ThrowsAsync<FormatException>(() => Ask(Long, new() { Overlong = Overlong.Error }));
        Assert.Equal("A text must have at most 8 tokens, but this one has 15. Shorten it, or set the task's option 'overlong' to 'split' or 'truncate'.", error.Message);
    }

    [Fact]
    public async Task ASummaryGrowsFromItsStartAndNeverHasASentenceTooMany()
    {
        var (answer, host) = await Ask("One. Two three. Four.", new() { MaxSentences = 2 }, isWatched: true, write: _ => new() { Hypotheses = [Of("A b. C d. E", 0)] });
        Assert.Equal("A b. C d.", answer.Text);
        Assert.Equal(["A", "A b.", "A b. C", "A b. C d.", "A b. C d."], host.Reports.Select(report => report.Text));
    }

    [Fact]
    public async Task ADocumentsOwnLimitsOutrankTheTasks()
    {
        var (answer, _) = await Ask(new Document { Text = "One. Two. Three.", MaxSentences = 2 }, new() { MaxSentences = 1 }, _ => new() { Hypotheses = [Of("Ab. Bc. Cd.", 0)] });
        Assert.Equal("Ab. Bc.", answer.Text);
    }

    [Theory]
    [InlineData(3, 2, "'minSentences' must be at most 'maxSentences', but is 3 where that is 2. Lower the one or raise the other.")]
    [InlineData(null, 0, "'maxSentences' must be at least 1, but is 0.")]
    public async Task LimitsThatNoSummaryKeepsAreAnError(int? least, int? most, string message)
    {
        var error = await Assert.ThrowsAsync<OptionException>(() => Ask(new Document { Text = "One.", MinSentences = least, MaxSentences = most }));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task ATextShorterThanItsSummaryMustBeIsToldOnce()
    {
        var head = Head(new());
        foreach (var text in new[] { "One two.", "Three four." })
        {
            await head.AnswerAsync(new() { Text = text }, new FakeAnswering<Document, Summary>(Capitals) { Options = new() { MinNewTokens = 55 } }, TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            "A text of 3 tokens gets a summary of at least 55. Lower minNewTokens (or minLength), or choose another style. Further texts as short are not reported.",
            Assert.Single(recorder.Said));
    }

    [Fact]
    public async Task AFormIsNeitherCutNorSplit()
    {
        GenerationOptions asked = new() { JsonSchema = "{}" };
        Assert.Equal("ONE.", (await Ask("One.", wanted: asked)).Answer.Text);
        var cut = await Assert.ThrowsAsync<FormatException>(() => Ask("One. Two.", new() { MaxSentences = 1 }, wanted: asked));
        Assert.Equal("A summary keeps to a form ('jsonSchema') where nothing else cuts or joins it, but sentences are counted. Leave 'minSentences' and 'maxSentences' out, or leave the form out.", cut.Message);
        var split = await Assert.ThrowsAsync<FormatException>(() => Ask(Long, wanted: asked));
        Assert.Contains("but this text is too long and is split. Set 'overlong' to 'truncate' or 'error'", split.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABackboneOfManyLanguagesIsToldTheLanguage()
    {
        var many = new FakeBackbone { Tokenizer = new("de_DE", "en_XX") };
        var head = (SummarizationHead)new SummarizationPlugin(new() { Language = "English" }, recorder).CreateHead(many);
        var host = new FakeAnswering<Document, Summary>(_ => new() { Hypotheses = [Of("a", 0)] });
        await head.AnswerAsync(new() { Text = "One." }, host, TestContext.Current.CancellationToken);
        var english = many.Tokenizer.Languages["en_XX"];
        Assert.Equal((english, english), (Assert.Single(host.Requests).Options.ForcedBosTokenId, (int)host.Requests.Single().Source!.Tokens[0]));
        Assert.Equal(english, head.EncodeTarget(new() { Text = "One." }, new() { Text = "a" })!.Labels[0]);
    }

    [Fact]
    public void TrainingTruncatesWhatIsTooLongAndLearnsTheFirstReference()
    {
        var head = Head(new());
        Assert.Equal(8, head.EncodeInput(new() { Text = Long }).Length);
        Assert.Equal(6, head.EncodeTarget(new() { Text = "x" }, new() { Text = "one two three four five six seven", References = ["one two three four five six seven", "other"] })!.Labels.Count);
        Assert.Null(head.EncodeTarget(new() { Text = " " }, new() { Text = "one" }));
        Assert.Null(head.EncodeTarget(new() { Text = "one" }, new() { Text = "" }));
    }

    private static Hypothesis Of(string text, double score) => new() { Ids = [], Text = text, Score = score, Finish = FinishReason.End };

    private SummarizationHead Head(SummarizationOptions options) => (SummarizationHead)new SummarizationPlugin(options, recorder).CreateHead(backbone);

    private Task<(Summary Answer, FakeAnswering<Document, Summary> Host)> Ask(
        string text, SummarizationOptions? options = null, Func<WritingRequest, Written>? write = null, int gathers = 1, bool isWatched = false, GenerationOptions? wanted = null) =>
        Ask(new Document { Text = text }, options, write, gathers, isWatched, wanted);

    // Writes the first words that it reads in capitals, as many as it may, with their number as its score, if not told otherwise.
    private async Task<(Summary Answer, FakeAnswering<Document, Summary> Host)> Ask(
        Document document, SummarizationOptions? options = null, Func<WritingRequest, Written>? write = null, int gathers = 1, bool isWatched = false, GenerationOptions? wanted = null)
    {
        var host = new FakeAnswering<Document, Summary>(write ?? Capitals) { Gathers = gathers, IsWatched = isWatched, Options = wanted ?? new() };
        return (await Head(options ?? new()).AnswerAsync(document, host, TestContext.Current.CancellationToken), host);
    }

    private Written Capitals(WritingRequest request)
    {
        int[] ids = [.. request.Source!.Tokens.Select(id => (int)id).Where(id => !backbone.Tokenizer.IsSpecial(id)).Take(request.Options.MaxNewTokens ?? int.MaxValue)];
        return new() { Hypotheses = [Of(backbone.Tokenizer.Decode(ids).ToUpperInvariant(), -ids.Length) with { Ids = ids }] };
    }

    private sealed class Recorder : ILogger<SummarizationPlugin>
    {
        public ConcurrentQueue<string> Said { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Said.Enqueue(formatter(state, exception));
    }
}
