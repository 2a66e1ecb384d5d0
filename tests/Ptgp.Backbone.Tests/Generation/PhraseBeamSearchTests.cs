using CsCheck;
using Ptgp.Backbone.Generation;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>Phrases that must appear do, and as cheaply as may be.</summary>
public class PhraseBeamSearchTests
{
    private const int Vocabulary = 9, Start = 0, End = 1;
    private static readonly DecoderFacts Facts = new(Vocabulary, Start, End);

    private static readonly Gen<int[][]> SomePhrases = Gen.Int[2, Vocabulary - 1].Array[1, 3].Array[1, 3];

    private static readonly Gen<int[][][]> SomeSets = SomePhrases.Array[1, 3];

    [Fact]
    public void EveryPhraseStandsInEveryHypothesisThatEnded() => Gen.Select(SomePhrases, Gen.Int[0, 1000], Gen.Int[2, 5], Gen.Int[9, 14]).Sample(
        (phrases, source, beams, most) =>
        {
            var found = Write(source, new() { MaxNewTokens = most, NumBeams = beams, NumReturnSequences = beams, ForceWordsIds = phrases });
            Assert.NotEmpty(found);
            Assert.All(found, one => Assert.All(phrases, phrase => Assert.True(one.Tokens.AsSpan().IndexOf(phrase) > 0, $"[{string.Join(' ', one.Tokens)}] must hold [{string.Join(' ', phrase)}].")));
        },
        iter: 60);

    [Fact]
    public void OfEverySetAPhraseStandsInEveryHypothesisThatEnded() => Gen.Select(SomeSets, SomePhrases, Gen.Int[0, 1000], Gen.Int[2, 5]).Sample(
        (sets, phrases, source, beams) =>
        {
            var most = sets.Sum(set => set.Min(phrase => phrase.Length)) + phrases.Sum(phrase => phrase.Length) + (source % 3);
            var found = Write(source, new() { MaxNewTokens = most, NumBeams = beams, NumReturnSequences = beams, ForceWordsIds = phrases, ForceAnyWordsIds = sets });
            Assert.NotEmpty(found);
            Assert.All(found, one => Assert.All(sets.Concat(phrases.Select(phrase => new[] { phrase })), set => Assert.Contains(set, phrase => one.Tokens.AsSpan().IndexOf(phrase) > 0)));
        },
        iter: 60);

    // With room for all sequences the search finds the best that holds the phrase, or one of the set.
    [Fact]
    public void WithEnoughBeamsTheBestIsFound() => Gen.Select(Gen.Int[2, 5].Array[1, 2].Array[1, 3], Gen.Bool, Gen.Int[0, 1000]).Sample(
        (set, isSet, source) =>
        {
            const int small = 6;
            var facts = new DecoderFacts(small, Start, End);
            var options = new GenerationOptions { MaxNewTokens = 4, NumBeams = 64, ForceWordsIds = isSet ? null : [set[0]], ForceAnyWordsIds = isSet ? [set] : null, LengthPenalty = 0, EarlyStopping = EarlyStopping.Never };
            var search = DecodingLoop.Begin(new() { Options = ResolvedOptions.From(options, facts) });
            float[] Logits(int _, IReadOnlyList<int> written) => TableDecoding.Arbitrary(small, source, written);
            new TableDecoding(small, Logits).Run(search);
            Assert.Null(search.Fault);
            var best = Walk([Start], 0).Where(one => (isSet ? set : set[..1]).Any(phrase => one.Tokens.AsSpan().IndexOf(phrase) > 0)).MaxBy(one => one.Sum);
            Assert.Equal(best.Tokens, search.Results[0].Tokens);
            Assert.Equal(best.Sum, search.Results[0].Score, 1e-4);

            // All sequences of up to four tokens, the end included.
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
        iter: 40);

    [Fact]
    public void ASetWhosePhrasesStandWithThoseOfAnotherNeedsNoPlaceOfItsOwn()
    {
        Assert.Equal(3, new Phrases([[4, 5, 6]], [[[5], [7, 7]]]).Tokens);
        Assert.Equal(2, new Phrases([], [[[4, 5], [6, 5]], [[5], [7]]]).Tokens);
        Assert.Equal(1, new Phrases([], [[[4], [5]], [[5], [4]]]).Tokens);
        var phrases = new Phrases([[8]], [[[4, 5, 6], [7]]]);
        Assert.Equal(2, phrases.Tokens);
        // The longer one, begun, lacks no less than the shorter until it does.
        Assert.Equal((2, 2), (phrases.Lacking(0, [], 4), phrases.Lacking(0, [4], 5)));
        Assert.Equal([8, 4, 6, 7], phrases.Following(0, [4, 5]));
        var met = phrases.Met(0, [], 7);
        Assert.Equal((1, false), (phrases.Lacking(met, [7], 3), phrases.AreAll(met)));
        Assert.True(phrases.AreAll(phrases.Met(phrases.Met(0, [4, 5], 6), [4, 5, 6], 8)));
    }

    [Fact]
    public void APhraseWithinAnotherNeedsNoPlaceOfItsOwn()
    {
        var phrases = new Phrases([[4, 5], [4, 5, 6], [4, 5], [7]], []);
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
            "but has 3 tokens and 2 can be written",
            Assert.Throws<ArgumentException>(() => DecodingLoop.Begin(new() { Options = ResolvedOptions.From(new() { NumBeams = 2, MaxNewTokens = 2, ForceWordsIds = [[3, 4, 5]] }, Facts) })).Message,
            StringComparison.Ordinal);
        Refused(new() { ForceWordsIds = [[3]] }, "forceWordsIds needs beams, but numBeams is 1.");
        Refused(new() { NumBeams = 2, ForceWordsIds = [[3], []] }, "forceWordsIds must hold at most 64 sequences, none of them empty.");
        Refused(new() { NumBeams = 2, ForceWordsIds = [[3], [4, 5]], BadWordsIds = [[5]] }, "forceWordsIds asks for id 5, but suppressTokens or badWordsIds forbids it.");
        Refused(new() { NumBeams = 2, ForceWordsIds = [[3, 99]] }, "forceWordsIds names id 99");
        Refused(new() { NumBeams = 2, Patience = 1, ForceWordsIds = [[3]] }, "forceWordsIds and patience must not stand together");
        Refused(new() { ForceAnyWordsIds = [[[3]]] }, "forceAnyWordsIds needs beams, but numBeams is 1.");
        Refused(new() { NumBeams = 2, ForceAnyWordsIds = [[[3], []]] }, "forceAnyWordsIds must hold sets of at least one sequence, none of them empty");
        Refused(new() { NumBeams = 2, ForceAnyWordsIds = [[]] }, "forceAnyWordsIds must hold sets of at least one sequence");
        Refused(new() { NumBeams = 2, ForceWordsIds = [.. Enumerable.Repeat((int[])[3], 40)], ForceAnyWordsIds = [.. Enumerable.Repeat((int[][])[[3]], 25)] }, "at most 64.");
        Refused(new() { NumBeams = 2, ForceAnyWordsIds = [[[3, 4], [99]]] }, "forceAnyWordsIds names id 99");
        Refused(new() { NumBeams = 2, ForceAnyWordsIds = [[[3, 4], [5]]], SuppressTokens = [4, 5] }, "forceAnyWordsIds asks for sets of which suppressTokens or badWordsIds forbid every sequence.");
        Refused(new() { NumBeams = 2, NumBeamGroups = 2, ForceAnyWordsIds = [[[3]]] }, "numBeamGroups and forceAnyWordsIds must not stand together");

        static void Refused(GenerationOptions options, string message) =>
            Assert.Contains(message, Assert.Throws<ArgumentException>(() => ResolvedOptions.From(options, Facts)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatARuleForbidsIsAFaultInWords()
    {
        var search = DecodingLoop.Begin(new() { Options = ResolvedOptions.From(new() { NumBeams = 2, MaxNewTokens = 5, ForceWordsIds = [[4, 5]], BadWordsIds = [[4, 5]] }, Facts) });
        new TableDecoding(Vocabulary, (source, written) => TableDecoding.Arbitrary(Vocabulary, source, written)).Run(search);
        Assert.Contains("what forceWordsIds and forceAnyWordsIds ask for does not all stand. Loosen the rules", search.Fault?.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<RawHypothesis> Write(int source, GenerationOptions options) => TableDecoding.Write(Facts, source, options);
}
