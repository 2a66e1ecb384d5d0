using Ptgp.Backbone.Generation;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation.Sampling;

/// <summary>What is drawn is drawn as often as its probability says. All seeds are fixed, so that chance decides nothing here.</summary>
public class SamplerTests
{
    private const int Vocabulary = 12, Start = 0, End = 1;
    private static readonly DecoderFacts Facts = new(Vocabulary, Start, End);
    private static readonly double[] Logits = [0.3, double.NegativeInfinity, 1.7, 0.4, 2.2, -1, 1.1, 0.9, -2, 0, 1.2, -0.4];

    public static TheoryData<string, double[]> Distributions => new()
    {
        { "plain", Softmax(1, _ => true) },
        { "temperature", Softmax(0.6, _ => true) },
        { "topK", Softmax(1.5, logit => logit >= 1.1) },
        { "topP", Softmax(1, logit => logit >= 0.9) },
    };

    [Theory, MemberData(nameof(Distributions))]
    public void TokensAreDrawnAsOftenAsTheyAreLikely(string name, double[] expected)
    {
        var options = new GenerationOptions
        {
            DoSample = true,
            Seed = 5,
            MaxNewTokens = 60,
            NumReturnSequences = 50,
            TopK = name == "topK" ? 4 : 0,
            TopP = name == "topP" ? Softmax(1, _ => true).Zip(Logits).Where(pair => pair.Second >= 1.1).Sum(pair => pair.First) + 0.01 : null,
            Temperature = name switch { "temperature" => 0.6, "topK" => 1.5, _ => null },
        };
        var tokens = Write(options, (_, _) => Logits).Results.SelectMany(result => result.Tokens[1..]).ToArray();
        Assert.Equal(3000, tokens.Length);
        AssertFrequencies(expected, tokens);
    }

    [Fact]
    public void DrawsOfNeighbouringRowsAndStepsHaveNothingToDoWithEachOther()
    {
        var even = Enumerable.Range(0, Vocabulary).Select(id => id is 4 or 7 or 9 ? 0.0 : double.NegativeInfinity).ToArray();
        var rows = Write(new() { DoSample = true, Seed = 11, MaxNewTokens = 61, NumReturnSequences = 50 }, (_, _) => even).Results.Select(result => result.Tokens[1..]).ToArray();
        var steps = rows.SelectMany(row => row.Zip(row[1..], Pair)).ToArray();
        var beside = rows.Zip(rows[1..]).SelectMany(two => two.First.Zip(two.Second, Pair)).ToArray();
        double[] expected = [.. Enumerable.Repeat(1 / 9.0, 9)];
        AssertFrequencies(expected, steps);
        AssertFrequencies(expected, beside);

        static int Pair(int first, int second) => (Place(first) * 3) + Place(second);
        static int Place(int id) => id == 4 ? 0 : id == 7 ? 1 : 2;
    }

    [Fact]
    public void ConsecutiveSeedsGiveIndependentDraws() => AssertFrequencies(
        Softmax(1, _ => true),
        [.. Enumerable.Range(0, 3000).Select(seed => Write(new() { DoSample = true, Seed = seed, MaxNewTokens = 1 }, (_, _) => Logits).Results[0].Tokens[1])]);

    [Fact]
    public void BeamsAreDrawnWithoutPuttingBack()
    {
        // Two beams look at four of five tokens. The best of those is the likeliest, unless that one is left out.
        double[] logits = [.. Enumerable.Range(0, Vocabulary).Select(id => id is >= 4 and < 9 ? (id - 4) * 0.5 : double.NegativeInfinity)];
        var likely = logits.Select(Math.Exp).Where(each => each > 0).ToArray();
        var leftOut = LeftOut(likely, likely.Length - 1, [.. Enumerable.Range(0, likely.Length)]);
        var best = Enumerable.Range(0, 3000).Select(seed =>
            Write(new() { DoSample = true, Seed = seed, NumBeams = 2, MaxNewTokens = 1 }, (_, _) => logits).Results[0].Tokens[1] == 8 ? 0 : 1).ToArray();
        AssertFrequencies([1 - leftOut, leftOut], best);
    }

    [Fact]
    public void ScoresAreOfTheDistributionBeforeItIsNarrowed()
    {
        var result = Write(new() { DoSample = true, Seed = 3, Temperature = 0.4, TopK = 3, MaxNewTokens = 4 }, (_, _) => Logits).Results[0];
        var expected = Softmax(1, _ => true);
        Assert.All(result.Tokens[1..].Zip(result.LogProbabilities), pair => Assert.Equal(Math.Log(expected[pair.First]), pair.Second, 1e-4));
        Assert.Equal(result.LogProbabilities.Sum(), result.Score, 1e-4f);
    }

    [Theory, InlineData(0.0, 0), InlineData(1e-9, 0), InlineData(1.0, 1), InlineData(3.0, 1)]
    public void AtTemperatureZeroOrFromOneTokenTheLikeliestIsWritten(double temperature, int topK)
    {
        for (var source = 0; source < 20; source++)
        {
            var at = source;
            var greedy = Write(new() { MaxNewTokens = 9 }, (_, written) => Arbitrary(at, written)).Results[0];
            var drawn = Write(new() { MaxNewTokens = 9, DoSample = true, Temperature = temperature, TopK = topK }, (_, written) => Arbitrary(at, written)).Results[0];
            Assert.Equal(greedy.Tokens, drawn.Tokens);
            Assert.Equal(greedy.Score, drawn.Score, 1e-5f);
        }
    }

    [Fact]
    public void SeveralSequencesDifferComeBestFirstAndEndEachForItself()
    {
        var options = new GenerationOptions { DoSample = true, Seed = 1, NumReturnSequences = 8, MaxNewTokens = 30 };
        var results = Write(options, Arbitrary).Results;
        Assert.Equal(8, results.Select(result => string.Join(' ', result.Tokens)).Distinct().Count());
        Assert.Equal(results.Select(result => result.Score).OrderDescending(), results.Select(result => result.Score));
        Assert.True(results.Select(result => result.Tokens.Length).Distinct().Count() > 2);
        Assert.All(results, result => Assert.Equal(result.Tokens[^1] == End ? FinishReason.End : FinishReason.Length, result.Finish));
        Assert.Equal(results.Select(result => result.Tokens), Write(options, Arbitrary).Results.Select(result => result.Tokens));
        var one = Write(options with { NumReturnSequences = 1 }, Arbitrary).Results[0];
        Assert.Contains(results, result => result.Tokens.SequenceEqual(one.Tokens));
    }

    [Theory, InlineData(1, 1), InlineData(1, 4), InlineData(3, 2)]
    public void WhateverSharesTheBatchASeedGivesTheSameSequences(int beams, int returned)
    {
        var options = new GenerationOptions { DoSample = true, Seed = 77, NumBeams = beams, NumReturnSequences = returned, MaxNewTokens = 14 };
        GenerationOptions[] all = [options, options with { Seed = 78, TopK = 3 }, options with { Temperature = 0.5, TopP = 0.7, MaxNewTokens = 3 }, options with { TopK = 0, MinP = 0.1 }];
        all = beams == 1 && returned > 1 ? all : [.. all, new() { NumBeams = beams, MaxNewTokens = 14 }];
        var together = Begin(all);
        Run(together, Arbitrary);
        for (var at = 0; at < all.Length; at++)
        {
            var place = at;
            var alone = Begin(all[at]);
            Run(alone, (_, written) => Arbitrary(place, written));
            Assert.Null(together[at].Fault);
            Assert.Equal(alone[0].Results.Select(result => result.Tokens), together[at].Results.Select(result => result.Tokens));
        }
    }

    [Fact]
    public void WithoutASeedEachRequestDrawsAnew()
    {
        var options = new GenerationOptions { DoSample = true, MaxNewTokens = 40, SuppressTokens = [End], TopK = 0, Temperature = 3 };
        Assert.NotEqual(Write(options, Arbitrary).Results[0].Tokens, Write(options, Arbitrary).Results[0].Tokens);
    }

    [Theory, InlineData(1, false), InlineData(3, false), InlineData(1, true), InlineData(3, true)]
    public void WhatCannotBeDrawnIsAFaultOfItsOwnRequest(int beams, bool isNumber)
    {
        var options = new GenerationOptions { DoSample = true, NumBeams = beams, MaxNewTokens = 4, Seed = 2 };
        var searches = Begin(options, options, options);
        Run(searches, (source, written) => [.. Arbitrary(source, written).Select(logit => source != 1 ? logit : isNumber ? double.NegativeInfinity : double.NaN)]);
        Assert.Contains(isNumber ? "every token is forbidden" : "are not numbers", searches[1].Fault?.Message, StringComparison.Ordinal);
        Assert.Null(searches[0].Fault);
        Assert.Null(searches[2].Fault);
    }

    // The chance that a token is the only one not drawn, of all orders of drawing.
    private static double LeftOut(double[] weights, int token, int[] remaining) => remaining.Length == 1
        ? remaining[0] == token ? 1 : 0
        : remaining.Where(id => id != token).Sum(id => weights[id] / remaining.Sum(each => weights[each]) * LeftOut(weights, token, [.. remaining.Where(each => each != id)]));

    // Below this bound of chi-squared lie 9999 of 10000 samples (Wilson and Hilferty 1931).
    private static void AssertFrequencies(double[] expected, int[] drawn)
    {
        var counts = new int[expected.Length];
        Array.ForEach(drawn, id => counts[id]++);
        var chi = 0.0;
        for (var id = 0; id < expected.Length; id++)
        {
            Assert.True(expected[id] > 0 || counts[id] == 0, $"{id} was drawn.");
            chi += expected[id] == 0 ? 0 : Math.Pow(counts[id] - (expected[id] * drawn.Length), 2) / (expected[id] * drawn.Length);
        }

        var freedom = expected.Count(each => each > 0) - 1;
        var bound = freedom * Math.Pow(1 - (2 / (9.0 * freedom)) + (3.719 * Math.Sqrt(2 / (9.0 * freedom))), 3);
        Assert.True(chi < bound, $"Chi-squared is {chi:F1}, above {bound:F1}: {string.Join(' ', counts)}.");
    }

    private static double[] Softmax(double temperature, Func<double, bool> isKept)
    {
        var weights = Logits.Select(logit => isKept(logit) ? Math.Exp(logit / temperature) : 0).ToArray();
        return [.. weights.Select(weight => weight / weights.Sum())];
    }

    private static double[] Arbitrary(int source, IReadOnlyList<int> written) => [.. TableDecoding.Arbitrary(Vocabulary, source, written).Select(logit => (double)logit)];

    private static SourceSearch[] Begin(params GenerationOptions[] options) => [.. options.Select(each => DecodingLoop.Begin(new() { Options = ResolvedOptions.From(each, Facts) }))];

    private static SourceSearch Write(GenerationOptions options, Func<int, IReadOnlyList<int>, double[]> logits)
    {
        var searches = Begin(options);
        Run(searches, logits);
        Assert.Null(searches[0].Fault);
        return searches[0];
    }

    private static void Run(SourceSearch[] searches, Func<int, IReadOnlyList<int>, double[]> logits) =>
        new TableDecoding(Vocabulary, (source, written) => [.. logits(source, written).Select(logit => (float)logit)]).Run(searches);
}
