using CsCheck;
using Ptgp.Backbone.Generation;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>Phrases that must appear do, and as cheaply as may be.</summary>
public class PhraseBeamSearchTests
{
    private const int Vocabulary = 9, Start = 0, End = 1;
    private static readonly DecoderFacts Facts = new(Vocabulary, Start, End);

    private static readonly Gen<int[][]> SomePhrases = Gen.Int[2, Vocabulary - 1].Array[1, 3].Array[1, 3];

    [Fact]
    public void EveryPhraseStandsInEveryHypothesisThatEnded() => Gen.Select(SomePhrases, Gen.Int[0, 1000], Gen.Int[2, 5], Gen.Int[9, 14]).Sample(
        (phrases, source, beams, most) =>
        {
            var found = Write(source, new() { MaxNewTokens = most, NumBeams = beams, NumReturnSequences = beams, ForceWordsIds = phrases });
            Assert.NotEmpty(found);
            Assert.All(found, one => Assert.All(phrases, phrase => Assert.True(one.Tokens.AsSpan().IndexOf(phrase) > 0, $"[{string.Join(' ', one.Tokens)}] must hold [{string.Join(' ', phrase)}].")));
        },
        iter: 60);

    // All sequences of up to four tokens, the end included, are walked: a search with room for all of them finds the best that holds the phrase.
    [Fact]
    public void WithEnoughBeamsTheBestIsFound() => Gen.Select(Gen.Int[2, 5].Array[1, 2], Gen.Int[0, 1000]).Sample(
        (phrase, source) =>
        {
            const int small = 6;
            var facts = new DecoderFacts(small, Start, End);
            var options = new GenerationOptions { MaxNewTokens = 4, NumBeams = 64, ForceWordsIds = [phrase], LengthPenalty = 0, EarlyStopping = EarlyStopping.Never };
            var search = DecodingLoop.Begin(new() { Options = ResolvedOptions.From(options, facts) });
            float[] Logits(int _, IReadOnlyList<int> written) => TableDecoding.Arbitrary(small, source, written);
            new TableDecoding(small, Logits).Run(search);
            Assert.Null(search.Fault);
            var best = Walk([Start], 0).Where(one => one.Tokens.AsSpan().IndexOf(phrase) > 0).MaxBy(one => one.Sum);
            Assert.Equal(best.Tokens, search.Results[0].Tokens);
            Assert.Equal(best.Sum, search.Results[0].Score, 1e-4);

            IEnumerable<(int[] Tokens, double Sum)> Walk(int[] written, double sum)
            {
                if (written.Length == 5 || written[^1] == End)
                {
                    return [(written, sum)];
                }

                var logits = Logits(0, written);
                var normalizer = Math.Log(logits.Sum(logit => Math.Exp(logit)));
                return Enumerable.Range(0, small).SelectMany(id => Walk([.. written, id], sum + logits[id] - normalizer));
            }
        },
        iter: 20);

    [Fact]
    public void APhraseWithinAnotherNeedsNoPlaceOfItsOwn()
    {
        var phrases = new Phrases([[4, 5], [4, 5, 6], [4, 5], [7]]);
        Assert.Equal(4, phrases.Tokens);
        var met = phrases.Met(0, [3, 4, 5], 6);
        Assert.False(phrases.AreAll(met));
        Assert.True(phrases.AreAll(phrases.Met(met, [3, 4, 5, 6], 7)));
        Assert.Equal(1, phrases.Lacking(met, [3, 4, 5, 6], 8));
        Assert.Equal(2, phrases.Lacking(0, [3, 4], 5));
        Assert.Equal([4, 6, 7], phrases.Following(0, [3, 4, 5]));
    }

    [Fact]
    public void WhatHasNoRoomOrDoesNotFitIsRefused()
    {
        Assert.Contains(
            "they have 3 tokens and 2 can be written",
            Assert.Throws<ArgumentException>(() => DecodingLoop.Begin(new() { Options = ResolvedOptions.From(new() { NumBeams = 2, MaxNewTokens = 2, ForceWordsIds = [[3, 4, 5]] }, Facts) })).Message,
            StringComparison.Ordinal);
        Refused(new() { ForceWordsIds = [[3]] }, "forceWordsIds needs beams, but numBeams is 1.");
        Refused(new() { NumBeams = 2, ForceWordsIds = [[3], []] }, "forceWordsIds must hold at most 64 sequences, none of them empty.");
        Refused(new() { NumBeams = 2, ForceWordsIds = [[3], [4, 5]], BadWordsIds = [[5]] }, "forceWordsIds asks for id 5, but suppressTokens or badWordsIds forbids it.");
        Refused(new() { NumBeams = 2, ForceWordsIds = [[3, 99]] }, "forceWordsIds names id 99");
        Refused(new() { NumBeams = 2, Patience = 1, ForceWordsIds = [[3]] }, "forceWordsIds and patience must not stand together");

        static void Refused(GenerationOptions options, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => ResolvedOptions.From(options, Facts)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatARuleForbidsIsAFaultInWords()
    {
        var search = DecodingLoop.Begin(new() { Options = ResolvedOptions.From(new() { NumBeams = 2, MaxNewTokens = 5, ForceWordsIds = [[4, 5]], BadWordsIds = [[4, 5]] }, Facts) });
        new TableDecoding(Vocabulary, (source, written) => TableDecoding.Arbitrary(Vocabulary, source, written)).Run(search);
        Assert.Contains("the phrases of forceWordsIds do not all stand. Loosen the rules", search.Fault?.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<RawHypothesis> Write(int source, GenerationOptions options) => TableDecoding.Write(Facts, source, options);
}
