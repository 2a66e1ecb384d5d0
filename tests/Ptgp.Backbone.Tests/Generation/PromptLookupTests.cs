using CsCheck;
using Ptgp.Backbone.Generation;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>What is guessed changes nothing but how soon it is written.</summary>
public class PromptLookupTests
{
    private const int Vocabulary = 12, Start = 0, End = 1;
    private static readonly DecoderFacts Facts = new(Vocabulary, Start, End);

    [Fact]
    public void WhatIsCopiedIsWrittenInFewerSteps()
    {
        int[] source = [.. Enumerable.Range(0, 20).Select(at => 2 + (at * 7 % 10))];
        float[] Copying(int _, IReadOnlyList<int> written)
        {
            var logits = new float[Vocabulary];
            logits[written.Count <= source.Length ? source[written.Count - 1] : End] = 5;
            return logits;
        }

        var (plain, steps, _) = Write(Copying, source, new() { MaxNewTokens = 30 });
        var (helped, fewer, search) = Write(Copying, source, new() { MaxNewTokens = 30, PromptLookupNumTokens = 5 });
        Assert.Equal(plain.Tokens, helped.Tokens);
        Assert.Equal([Start, .. source, End], helped.Tokens);
        Assert.Equal(plain.LogProbabilities, helped.LogProbabilities);
        Assert.InRange(fewer, 1, steps / 3);
        Assert.InRange(search.Lookup!.Right, 15, search.Lookup.Guessed);
    }

    [Fact]
    public void WhateverIsGuessedTheTextIsTheSame() => Gen.Select(Gen.Int[2, 11].Array[0, 12], Gen.Int[0, 1000], Gen.Int[1, 6], Gen.Int[1, 3], Gen.Int[2, 14]).Sample(
        (source, seed, guesses, same, most) =>
        {
            // Few different tokens follow each other, so that some guesses are right.
            float[] Logits(int _, IReadOnlyList<int> written) => TableDecoding.Arbitrary(Vocabulary, seed, [written[^1] % 3, written.Count % 2]);
            GenerationOptions options = new() { MaxNewTokens = most, RepetitionPenalty = 1.1, MinNewTokens = 2, SuppressTokens = [3] };
            var (plain, steps, _) = Write(Logits, source, options);
            var (helped, fewer, _) = Write(Logits, source, options with { PromptLookupNumTokens = guesses, MaxMatchingNgramSize = same });
            Assert.Equal(plain.Tokens, helped.Tokens);
            Assert.Equal(plain.LogProbabilities, helped.LogProbabilities, (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.InRange(fewer, 1, steps);
        },
        iter: 100);

    [Theory]
    [InlineData("t5-v1_0")]
    [InlineData("llama")]
    [InlineData("mistral")]
    public async Task OnABackboneTooInAnyCompany(string fixture)
    {
        using EngineBench bench = new(fixture);
        GenerationOptions[] options = [new() { MaxNewTokens = 20 }, new() { MaxNewTokens = 14, NumBeams = 3 }, new() { MaxNewTokens = 17, DoSample = true, Seed = 3 }];
        var alone = new List<Written>();
        for (var seed = 0; seed < 6; seed++)
        {
            alone.Add(await bench.WriteAsync(bench.Request(seed, options[seed % 3], 5 + seed), TestContext.Current.CancellationToken));
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(seed =>
            bench.WriteAsync(bench.Request(seed, options[seed % 3] with { PromptLookupNumTokens = 4, MaxMatchingNgramSize = 1 }, 5 + seed), TestContext.Current.CancellationToken)));
        Assert.All(alone, (one, at) => Assert.Equal(one.Best.Ids, together[at].Best.Ids));
        Assert.All(alone, (one, at) => Assert.Equal(one.Best.Score, together[at].Best.Score, 1e-5 * Math.Max(1, Math.Abs(one.Best.Score))));
    }

    [Fact]
    public void GuessesGrowAndShrinkWithTheirLuck()
    {
        PromptLookup lookup = new((int[])[2, 3, 4, 5, 6, 7, 8, 9], most: 4, longest: 2);
        Assert.Equal([4, 5, 6, 7], lookup.Guess([Start, 2, 3], room: 10));
        Assert.Equal([4, 5], lookup.Guess([Start, 2, 3], room: 2));
        Assert.Equal([], lookup.Guess([Start, 2, 3], room: 0));
        Assert.Equal([], lookup.Guess([Start, 9], room: 10));
        Assert.Equal([11, 10], lookup.Guess([Start, 10, 11, 10], room: 10));
        lookup.Learn(4, 0);
        lookup.Learn(3, 0);
        Assert.Equal([], lookup.Guess([Start, 2, 3], room: 10));
        Assert.Equal([4, 5], lookup.Guess([Start, 2, 3], room: 10));
        lookup.Learn(2, 1);
        Assert.Equal([4, 5], lookup.Guess([Start, 2, 3], room: 10));
        lookup.Learn(2, 2);
        Assert.Equal([4, 5, 6, 7], lookup.Guess([Start, 2, 3], room: 10));
        Assert.Equal((11, 3), (lookup.Guessed, lookup.Right));
    }

    [Fact]
    public void OnlyTheLikeliestIsGuessed()
    {
        GenerationOptions options = new() { PromptLookupNumTokens = 4 };
        Assert.Equal(4, ResolvedOptions.From(options, Facts).PromptLookup);
        Assert.Equal(0, ResolvedOptions.From(options with { NumBeams = 2 }, Facts).PromptLookup);
        Assert.Equal(0, ResolvedOptions.From(options with { DoSample = true }, Facts).PromptLookup);
    }

    private static (RawHypothesis Found, int Steps, SourceSearch Search) Write(Func<int, IReadOnlyList<int>, float[]> logits, int[] source, GenerationOptions options)
    {
        var search = DecodingLoop.Begin(new() { Options = ResolvedOptions.From(options, Facts), Source = source });
        TableDecoding table = new(Vocabulary, logits);
        table.Run(search);
        Assert.Null(search.Fault);
        return (search.Results[0], table.Steps, search);
    }
}
