using CsCheck;
using Ptgp.Backbone.Generation;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>Greedy and beam search on decoders whose scores are known.</summary>
public class DecodingLoopTests
{
    private const int Vocabulary = 12, Start = 0, End = 1;
    private static readonly DecoderFacts Facts = new(Vocabulary, Start, End);

    [Fact]
    public void GreedyWritesTheLikeliestTokenAndScoresItsLogProbability()
    {
        var search = Write(new() { MaxNewTokens = 5 }, (_, written) => Peak(written.Count < 3 ? written.Count + 4 : End));
        var result = Assert.Single(search.Results);
        Assert.Equal([Start, 5, 6, End], result.Tokens);
        Assert.Equal(FinishReason.End, result.Finish);
        Assert.Equal(3 * Math.Log(Math.Exp(3) / (Math.Exp(3) + Vocabulary - 1)), result.Score, 1e-5);
        Assert.Equal(result.Score, result.LogProbabilities.Sum(), 1e-5f);
    }

    [Fact]
    public void TheLengthRunsOut()
    {
        var search = Write(new() { MaxLength = 4 }, (_, _) => Peak(7));
        Assert.Equal([Start, 7, 7, 7], search.Results[0].Tokens);
        Assert.Equal(FinishReason.Length, search.Results[0].Finish);
    }

    [Fact]
    public void AnEndThatIsForcedWhenTheLengthRunsOutIsNoEnd()
    {
        var search = Write(new() { MaxNewTokens = 3, ForcedEosTokenId = End }, (_, _) => Peak(7));
        Assert.Equal([Start, 7, 7, End], search.Results[0].Tokens);
        Assert.Equal(FinishReason.Length, search.Results[0].Finish);
    }

    [Fact]
    public void BeamsFindWhatGreedyMisses()
    {
        // The likeliest first token leads nowhere; the second likeliest to a certain end.
        float[] Logits(int source, IReadOnlyList<int> written) => written switch
        {
            [Start] => Peak((4, 1.1f), (5, 1f)),
            [Start, 5] => Peak((End, 9f)),
            _ => Peak(),
        };
        Assert.Equal(4, Write(new() { MaxNewTokens = 4 }, Logits).Results[0].Tokens[1]);
        var best = Write(new() { MaxNewTokens = 4, NumBeams = 2, NumReturnSequences = 2 }, Logits).Results;
        Assert.Equal([Start, 5, End], best[0].Tokens);
        Assert.Equal(2, best.Count);
        Assert.True(best[0].Score > best[1].Score);
    }

    [Fact]
    public void HypothesesThatDoNotExistAreNotReturned()
    {
        var only = Write(new() { MaxNewTokens = 3, NumBeams = 4, NumReturnSequences = 4 }, (_, _) => Peak(7), new OnlyRule([7], [8], [End]));
        var result = Assert.Single(only.Results);
        Assert.Equal([Start, 7, 8, End], result.Tokens);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void AFaultInOneRequestsRuleEndsThatRequestAlone(int beams)
    {
        var searches = Searches(3, at => new() { Options = Resolve(new() { MaxNewTokens = 6, NumBeams = beams }), Rules = at == 1 ? [new BrokenRule()] : [] });
        Run(searches, Arbitrary);
        Assert.IsType<TimeZoneNotFoundException>(searches[1].Fault);
        Assert.Equal(Alone(0, new() { MaxNewTokens = 6, NumBeams = beams }), searches[0].Results[0].Tokens);
        Assert.Equal(Alone(2, new() { MaxNewTokens = 6, NumBeams = beams }), searches[2].Results[0].Tokens);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void WhenEverythingIsForbiddenTheRequestFailsAndSaysWhere(int beams)
    {
        var search = Searches(1, _ => new() { Options = Resolve(new() { NumBeams = beams }), Rules = [new OnlyRule([7], [])] })[0];
        Run([search], Arbitrary);
        Assert.Equal("After 2 tokens every token is forbidden. Loosen the rules or options that forbid them.", search.Fault?.Message);
    }

    [Fact]
    public void AnIdThatARuleAllowsMustExist()
    {
        var search = Searches(1, _ => new() { Options = Resolve(new()), Rules = [new OnlyRule([Vocabulary])] })[0];
        Run([search], Arbitrary);
        Assert.Equal("OnlyRule allows id 12, but the backbone writes ids from 0 to 11.", search.Fault?.Message);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void ScoresThatAreNotNumbersAreAFault(int beams)
    {
        var search = Searches(1, _ => new() { Options = Resolve(new() { NumBeams = beams }) })[0];
        Run([search], (_, _) => [.. Enumerable.Repeat(float.NaN, Vocabulary)]);
        Assert.Contains("are not numbers", search.Fault?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ProbabilitiesAreTakenAfterAnyPartOfThePrefixAndBeforeRules()
    {
        foreach (var (after, expected) in new (int?, int[])[] { (0, [Start]), (1, [Start, 4]), (2, [Start, 4, 5]), (null, [Start, 4, 5]) })
        {
            var search = Searches(1, _ => new() { Options = Resolve(new() { SuppressTokens = [7] }), Prefix = [4, 5], ProbabilitiesOf = [7, 2], ProbabilitiesAfter = after })[0];
            Run([search], Arbitrary);
            var all = tensor(Arbitrary(0, expected)).softmax(0);
            Assert.Equal([all[7].item<float>(), all[2].item<float>()], search.Probabilities);
        }
    }

    [Fact]
    public void SourcesThatHaveEndedAreNoLongerComputed()
    {
        var searches = Searches(4, _ => new() { Options = Resolve(new() { MaxNewTokens = 20 }) });
        TableDecoding state = new(Vocabulary, (source, written) => Peak(written.Count > source * 4 ? End : 7));
        state.Run(searches);
        Assert.Equal(13, state.Steps);
        Assert.Equal((4 * 1) + (3 * 4) + (2 * 4) + (1 * 4), state.RowsComputed);
    }

    [Fact]
    public void ACancelledSourceLeavesAtTheNextStep()
    {
        using var cancel = new CancellationTokenSource();
        var searches = Searches(2, at => new()
        {
            Options = Resolve(new() { MaxNewTokens = 6 }),
            Cancellation = at == 0 ? cancel.Token : default,
            OnCertain = at == 0 ? _ => cancel.Cancel() : null,
        });
        Run(searches, (_, _) => Peak(7));
        Assert.IsType<OperationCanceledException>(searches[0].Fault);
        Assert.Equal(7, searches[1].Results[0].Tokens.Length);
    }

    [Fact]
    public void WhateverIsMixedInABatchEachSourceGetsWhatItGetsAlone() => AnyJob.Array[1, 5].Sample(jobs =>
    {
        foreach (var beams in new int[][] { [1], [3], [1, 3], [2, 1, 4] })
        {
            var searches = Searches(jobs.Length, at => jobs[at].Make(beams[at % beams.Length]));
            Run(searches, Arbitrary);
            for (var at = 0; at < jobs.Length; at++)
            {
                var alone = Searches(1, _ => jobs[at].Make(beams[at % beams.Length]));
                Run(alone, (_, written) => Arbitrary(at, written));
                Assert.Equal(alone[0].Fault?.Message, searches[at].Fault?.Message);
                Assert.Equal(alone[0].Results.Select(result => result.Tokens), searches[at].Results.Select(result => result.Tokens));
                Assert.Equal(alone[0].Results.Select(result => result.Score), searches[at].Results.Select(result => result.Score), (a, b) => Math.Abs(a - b) < 1e-4);
            }
        }
    }, iter: 40);

    [Fact]
    public void WhatIsCertainIsNeverTakenBackAndAllOfItIsTold() => Gen.Int[1, 5].Array[3].Sample(beamsOf =>
    {
        foreach (var beams in beamsOf.Distinct())
        {
            List<int>[] told = [[], [], []];
            var searches = Searches(3, at => new() { Options = Resolve(new() { MaxNewTokens = 9, NumBeams = beams }), Prefix = [3], OnCertain = told[at].AddRange });
            Run(searches, Arbitrary);
            Assert.All(searches, (search, at) => Assert.Equal(search.Results[0].Tokens[2..], told[at]));
        }
    }, iter: 20);

    private static readonly Gen<AnyOptions> AnyJob = Gen.Select(Gen.Int[1, 9], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Bool, Gen.Double[0.7, 1.6],
        (most, least, ngram, prefix, renormalizes, penalty) => new AnyOptions(most, Math.Min(least, most), ngram, prefix, renormalizes, penalty));

    private static float[] Arbitrary(int source, IReadOnlyList<int> written) => TableDecoding.Arbitrary(Vocabulary, source, written);

    private static float[] Peak(int at) => Peak((at, 3f));

    private static float[] Peak(params (int At, float Height)[] peaks)
    {
        var logits = new float[Vocabulary];
        Array.ForEach(peaks, peak => logits[peak.At] = peak.Height);
        return logits;
    }

    private static ResolvedOptions Resolve(GenerationOptions options) => ResolvedOptions.From(options, Facts);

    private static SourceSearch[] Searches(int count, Func<int, WritingJob> job) => [.. Enumerable.Range(0, count).Select(at => DecodingLoop.Begin(job(at)))];

    private static SourceSearch Write(GenerationOptions options, Func<int, IReadOnlyList<int>, float[]> logits, params LogitsRule[] rules)
    {
        var searches = Searches(1, _ => new() { Options = Resolve(options), Rules = rules });
        Run(searches, logits);
        Assert.Null(searches[0].Fault);
        return searches[0];
    }

    private static int[] Alone(int source, GenerationOptions options) => Write(options, (_, written) => Arbitrary(source, written)).Results[0].Tokens;

    private static void Run(SourceSearch[] searches, Func<int, IReadOnlyList<int>, float[]> logits) => new TableDecoding(Vocabulary, logits).Run(searches);

    private sealed record AnyOptions(int Most, int Least, int Ngram, int Prefix, bool Renormalizes, double Penalty)
    {
        public WritingJob Make(int beams) => new()
        {
            Prefix = [.. Enumerable.Range(3, Prefix)],
            Options = Resolve(new()
            {
                MaxNewTokens = Most,
                MinNewTokens = Least,
                NumBeams = beams,
                NumReturnSequences = beams,
                NoRepeatNgramSize = Ngram,
                RenormalizeLogits = Renormalizes,
                RepetitionPenalty = Penalty,
                LengthPenalty = Penalty,
                SuppressTokens = Renormalizes ? [2] : null,
                EarlyStopping = (EarlyStopping)(Most % 3),
                EosTokenId = Most % 2 == 0 ? [End, 6] : null,
            }),
        };
    }

    private sealed class OnlyRule(params int[][] allowed) : LogitsRule
    {
        public override IReadOnlyCollection<int>? Allowed(IReadOnlyList<int> written, int prefixLength) => written.Count < allowed.Length ? allowed[written.Count] : null;
    }

    private sealed class BrokenRule : LogitsRule
    {
        public override void Apply(IReadOnlyList<int> written, int prefixLength, Tensor scores)
        {
            if (written.Count == 2)
            {
                throw new TimeZoneNotFoundException();
            }
        }
    }
}
