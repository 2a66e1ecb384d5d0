using Ptgp.Backbone.Generation;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>Beam search with patience against the same search written down plainly.</summary>
public class PatientBeamSearchTests
{
    private const int Vocabulary = 9, Start = 0, End = 1, Longest = 7;

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 0.5)]
    [InlineData(5, 1)]
    public void ItFindsWhatThePlainSearchFinds(int beams, double patience)
    {
        var most = (int)Math.Round(beams * patience);
        for (var seed = 0; seed < 20; seed++)
        {
            float[] Logits(int source, IReadOnlyList<int> written) => TableDecoding.Arbitrary(Vocabulary, source + (seed * 100), written);
            var asked = new GenerationOptions { NumBeams = beams, Patience = patience, MaxNewTokens = Longest - 1, LengthPenalty = 0, NumReturnSequences = Math.Max(beams, most) };
            var options = ResolvedOptions.From(asked, new DecoderFacts(Vocabulary, Start, End));
            SourceSearch[] searches = [.. Enumerable.Range(0, 2).Select(_ => DecodingLoop.Begin(new() { Options = options }))];
            using var scope = NewDisposeScope();
            new TableDecoding(Vocabulary, Logits).Run(searches);
            for (var source = 0; source < 2; source++)
            {
                var expected = Plain(beams, most, written => Logits(source, written)).OrderByDescending(each => each.Score).ToArray();
                Assert.Equal(expected.Select(each => string.Join(' ', each.Tokens)), searches[source].Results.Select(raw => string.Join(' ', raw.Tokens)));
                Assert.All(expected.Zip(searches[source].Results), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-4));
                Assert.All(searches[source].Results, raw => Assert.Equal(raw.Score, raw.LogProbabilities.Sum(), 1e-4f));
            }
        }
    }

    [Fact]
    public void MoreHypothesesThanItWaitsForCannotBeReturned()
    {
        var facts = new DecoderFacts(Vocabulary, Start, End);
        Assert.Equal(6, ResolvedOptions.From(new() { NumBeams = 3, Patience = 2, NumReturnSequences = 6 }, facts).MostEnded);
        Assert.Contains("numReturnSequences is 7", Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new() { NumBeams = 3, Patience = 2, NumReturnSequences = 7 }, facts)).Message, StringComparison.Ordinal);
        Assert.Contains("patience must be", Assert.Throws<ArgumentException>(() => ResolvedOptions.From(new() { NumBeams = 3, Patience = 0 }, facts)).Message, StringComparison.Ordinal);
    }

    private static List<(int[] Tokens, double Score)> Plain(int beams, int most, Func<IReadOnlyList<int>, float[]> logits)
    {
        List<(int[] Tokens, double Score)> live = [([Start], 0)], ended = [];
        while (live.Count > 0 && live[0].Tokens.Length < Longest && ended.Count < most)
        {
            var candidates = live.SelectMany(one =>
            {
                var scores = logits(one.Tokens);
                var total = Math.Log(scores.Sum(score => Math.Exp(score)));
                return scores.Select((score, id) => (Tokens: (int[])[.. one.Tokens, id], Score: one.Score + score - total));
            }).OrderByDescending(candidate => candidate.Score);
            live = [];
            foreach (var candidate in candidates.TakeWhile(_ => live.Count < beams))
            {
                if (candidate.Tokens[^1] != End)
                {
                    live.Add(candidate);
                }
                else if (ended.Count < most)
                {
                    ended.Add(candidate);
                }
            }
        }

        return [.. ended, .. live.Take(Math.Max(0, beams - ended.Count))];
    }
}
