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
    public async Task LinesStayWhereTheyAre()
    {
        var (answer, host) = await Ask("\nOne two.\n\n  Three.\n", gathers: 2);
        Assert.Equal("\nONE TWO.\n\n  THREE.\n", answer.Text);
        Assert.Equal([(1, 1), (13, 13)], answer.Split!.Select(piece => (piece.SourceStart, piece.TargetStart)));
        Assert.Equal([0.5, 1], host.Progress.Order());
    }

    [Fact]
    public async Task WhatIsGivenStandsAfterTheLanguageAndBeforeTheText()
    {
        var several = new FakeBackbone { Tokenizer = new("deu_Latn", "fra_Latn") };
        var host = Writing(request => new() { Hypotheses = [Of(" Mann.", -1)] });
        var answer = await Head(several, new() { From = "fr", To = "de" }).AnswerAsync(new() { Text = "Un homme.", TargetPrefix = "Ein " }, host, TestContext.Current.CancellationToken);
        Assert.Equal("Ein Mann.", answer.Text);
        Assert.Equal("deu_Latn Ein", several.Tokenizer.Decode(Assert.Single(host.Requests).Prefix, skipSpecialTokens: false));
    }

    [Fact]
    public async Task ACheckpointThatStartsByALanguageIsStartedByTheTargets()
    {
        var several = new FakeBackbone { Tokenizer = new("deu_Latn", "fra_Latn") };
        var host = Writing(request => new() { Hypotheses = [Of("Mann.", -1)] }, new() { DecoderStartTokenId = several.Tokenizer.Languages["fra_Latn"] });
        await Head(several, new() { To = "de" }).AnswerAsync(new() { Text = "Un homme.", TargetPrefix = "Ein" }, host, TestContext.Current.CancellationToken);
        var request = Assert.Single(host.Requests);
        Assert.Equal((several.Tokenizer.Languages["deu_Latn"], (int?)null), (request.Options.DecoderStartTokenId, request.Options.ForcedBosTokenId));
        Assert.Equal("Ein", several.Tokenizer.Decode(request.Prefix, skipSpecialTokens: false));
    }

    [Fact]
    public async Task TheWaysToGoOnAreWrittenAllAtOnceAndRankedByTheirFirstToken()
    {
        int[] ids = [.. ((string[])["ein", "der", "kein", "zwei"]).Select(word => backbone.Tokenizer.Tokenize(word)[0].Id)];
        var probabilities = new float[1000];
        (probabilities[ids[0]], probabilities[ids[1]], probabilities[ids[2]], probabilities[ids[3]], probabilities[backbone.Tokenizer.EndId], probabilities[backbone.Tokenizer.PadId]) = (0.2f, 0.4f, 0.05f, 0.01f, 0.1f, 0.24f);
        var host = Writing(
            request => request.ProbabilitiesOf.Count > 0
                ? new() { Hypotheses = [Of("", 0)], Probabilities = [.. request.ProbabilitiesOf.Select(id => probabilities[id])] }
                : new() { Hypotheses = [Of(" Mann", -1) with { Ids = [7], LogProbabilities = [-0.5f, -0.5f] }] },
            new() { NumBeams = 4, LengthPenalty = 2, NumReturnSequences = 3 });
        var answer = await Head(new() { MinAlternativeExpansionProb = 0.02 }).AnswerAsync(new() { Text = "one", ReturnAlternatives = true }, host, TestContext.Current.CancellationToken);
        Assert.Equal(["der Mann", "ein Mann", "", "kein Mann"], answer.Hypotheses!.Select(one => one.Text));
        Assert.Equal([(Math.Log(0.4f) - 1) / 9, (Math.Log(0.2f) - 1) / 9, Math.Log(0.1f), (Math.Log(0.05f) - 1) / 9], answer.Hypotheses!.Select(one => one.Score), (wanted, score) => Math.Abs(wanted - score) < 1e-6);
        Assert.All(host.Requests, request => Assert.Equal(1, request.Options.NumReturnSequences));
        Assert.True(host.Encoded.Single().IsDisposed);
    }

    [Theory]
    [InlineData("Ein", null, "'targetPrefix' goes with a text that is translated at once, but this one is translated in 2 pieces. Ask for the piece that it belongs to.")]
    [InlineData(null, true, "'returnAlternatives' goes with a text that is translated at once, but this one is translated in 2 pieces. Ask for the piece that it belongs to.")]
    public async Task WhatBelongsToOnePieceIsRefusedForSeveral(string? prefix, bool? alternatives, string message)
    {
        var input = new Passage { Text = "One.\nTwo.", TargetPrefix = prefix, ReturnAlternatives = alternatives };
        var fault = await Assert.ThrowsAsync<FormatException>(() => Head(new()).AnswerAsync(input, Writing(Capitals), TestContext.Current.CancellationToken));
        Assert.Equal(message, fault.Message);
    }

    [Fact]
    public async Task AFormIsNotKeptToPieceByPiece()
    {
        GenerationOptions asked = new() { Regex = "[a-z]+" };
        Assert.Equal("ONE.", (await Head(new()).AnswerAsync(new() { Text = "One." }, Writing(Capitals, asked), TestContext.Current.CancellationToken)).Text);
        var fault = await Assert.ThrowsAsync<FormatException>(() => Head(new()).AnswerAsync(new() { Text = "One.\nTwo." }, Writing(Capitals, asked), TestContext.Current.CancellationToken));
        Assert.Equal("A translation keeps to a form ('regex') where its text is translated at once, but this one is translated in 2 pieces. Ask for one at a time, or leave the form out.", fault.Message);
    }

    [Fact]
    public async Task HowManyWaysThereMayBeIsSaid()
    {
        var fault = await Assert.ThrowsAsync<OptionException>(() => Head(new()).AnswerAsync(new() { Text = "One.", ReturnAlternatives = true, NumHypotheses = 65 }, Writing(Capitals), TestContext.Current.CancellationToken));
        Assert.Equal("'numHypotheses' must be from 1 to 64, but is 65.", fault.Message);
    }

    [Fact]
    public async Task WordsAreAlignedOfEachPieceAndSpeakOfTheWhole()
    {
        var aligning = new FakeBackbone { Description = backbone.Description with { Features = BackboneFeatures.Writes | BackboneFeatures.Aligns } };
        // Writes what it reads, from right to left.
        var host = Writing(request =>
        {
            int[] ids = [.. request.Source!.Tokens.Select(id => (int)id).SkipLast(1).Reverse()];
            var attention = new float[ids.Length, ids.Length + 1];
            for (var row = 0; row < ids.Length; row++)
            {
                attention[row, ids.Length - 1 - row] = 1;
            }

            return new() { Hypotheses = [Of(aligning.Tokenizer.Decode(ids), -1) with { Ids = ids, Attention = [attention] }] };
        });
        var answer = await Head(aligning, new() { Alignments = true }).AnswerAsync(new() { Text = "red hat\n\nold man" }, host, TestContext.Current.CancellationToken);
        Assert.Equal("hat red\n\nman old", answer.Text);
        Assert.Equal(
            ["hat 4-7 0-3", "red 0-3 4-7", "man 13-16 9-12", "old 9-12 13-16"],
            answer.Alignments!.Select(pair => $"{pair.Source} {pair.SourceStart}-{pair.SourceEnd} {pair.TargetStart}-{pair.TargetEnd}"));
        Assert.All(answer.Alignments!, pair => Assert.Equal((pair.Source, 1), (pair.Target, pair.Weight)));
        var fault = await Assert.ThrowsAsync<FormatException>(() => Head(new()).AnswerAsync(new() { Text = "One.", Alignments = true }, host, TestContext.Current.CancellationToken));
        Assert.StartsWith("'alignments' needs a backbone whose decoder looks at what was read, but 'fake' has none.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheWorstRepetitionIsNoted()
    {
        var (answer, _) = await Ask("One.\nTwo.\nThree.", write: request => new()
        {
            Hypotheses = [Of(backbone.Tokenizer.Decode(request.Source!.Tokens.Select(id => (int)id)) switch { "Two." => "a a a a b b b b b", "One." => "x", _ => "c c c c" }, -1)],
        });
        Assert.Equal("x\na a a a b b b b b\nc c c c", answer.Text);
        Assert.Equal(new Repetition { Text = "b", Count = 5, Start = 10, End = 19 }, answer.Repetition);
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

    private TranslationHead Head(TranslationOptions options) => Head(backbone, options);

    private static TranslationHead Head(FakeBackbone backbone, TranslationOptions options) => (TranslationHead)new TranslationPlugin(options).CreateHead(backbone);

    private static FakeAnswering<Passage, Translation> Writing(Func<WritingRequest, Written> write, GenerationOptions? options = null) => new(write) { Options = options ?? new() };

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
