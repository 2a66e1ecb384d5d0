using CsCheck;
using Ptgp.Backbone.Generation.Sampling;

namespace Ptgp.Backbone.Tests.Generation.Sampling;

public class ShortlistTests
{
    private static readonly Gen<float[]> Scores = Gen.Float[-9, 9].Array[1, 80];

    [Fact]
    public void TheLikeliestThatAreKeptAreTheFewestWithTheProbability() => Gen.Select(Scores, Gen.Double[0, 0.999], Gen.Int[1, 3]).Sample((scores, probability, fewest) =>
    {
        var list = Of(scores);
        var shares = Shares(list);
        list.KeepLikeliest(probability, fewest);
        var kept = list.Candidates.ToArray();
        Assert.Equal(scores.OrderDescending().Take(kept.Length), kept.Select(each => each.Logit));
        Assert.True(kept.Length >= Math.Min(fewest, scores.Length));
        Assert.True(kept.Length == scores.Length || kept.Sum(each => shares[each.Id]) >= probability - 1e-9);
        Assert.True(kept.Length <= fewest || kept[..^1].Sum(each => shares[each.Id]) < probability + 1e-9);
    }, iter: 300);

    [Fact]
    public void TheMostTypicalThatAreKeptAreTheFewestWithTheProbability() => Gen.Select(Scores, Gen.Double[0, 0.999], Gen.Int[1, 3]).Sample((scores, probability, fewest) =>
    {
        var list = Of(scores);
        var (shares, entropy) = (Shares(list), list.Entropy());
        double Distance(int id) => Math.Abs(-Math.Log(shares[id]) - entropy);
        list.KeepMostTypical(probability, fewest);
        var kept = list.Candidates.ToArray();
        var farthest = kept.Max(each => Distance(each.Id));
        Assert.All(Enumerable.Range(0, scores.Length).Except(kept.Select(each => each.Id)), id => Assert.True(Distance(id) >= farthest - 1e-9));
        Assert.True(kept.Length >= Math.Min(fewest, scores.Length));
        Assert.True(kept.Length == scores.Length || kept.Sum(each => shares[each.Id]) >= probability - 1e-9);
    }, iter: 300);

    [Fact]
    public void WhatReachesABarIsKeptAndTheBestWhateverTheirScores() => Gen.Select(Scores, Gen.Float[-9, 15], Gen.Int[1, 3]).Sample((scores, bar, fewest) =>
    {
        var list = Of(scores);
        list.KeepFrom(bar, fewest);
        var lowest = Math.Min(bar, scores.Length < fewest ? float.NegativeInfinity : scores.OrderDescending().ElementAt(fewest - 1));
        Assert.Equal(scores.Where(score => score >= lowest), list.Candidates.ToArray().Select(each => each.Logit));
    }, iter: 300);

    [Fact]
    public void ADrawIsTheGreatestSumOfScoreAndNoise() => Gen.Select(Scores, Gen.Long).Sample((scores, seed) =>
    {
        var noise = new Noise(seed, 3, 4);
        var expected = Enumerable.Range(0, scores.Length).MaxBy(id => scores[id] + noise.Of(id));
        Assert.Equal(expected, Of(scores).Draw(noise).Id);
    }, iter: 300);

    [Fact]
    public void NoiseIsFiniteAndBelowItsBound() => Gen.Select(Gen.Long, Gen.Int[0, 63], Gen.Int[0, 4000], Gen.Int[0, 300_000])
        .Sample((seed, row, step, id) => Assert.InRange(new Noise(seed, row, step).Of(id), -4, Noise.Most), iter: 10_000);

    private static Shortlist Of(float[] scores)
    {
        var list = new Shortlist();
        for (var id = 0; id < scores.Length; id++)
        {
            list.Add(id, scores[id]);
        }

        return list;
    }

    private static double[] Shares(Shortlist list)
    {
        var all = list.LogSumExp();
        return [.. list.Candidates.ToArray().Select(each => Math.Exp(each.Score - all))];
    }
}
