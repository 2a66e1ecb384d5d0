using System.Text.Json;
using System.Text.RegularExpressions;
using Ptgp.Backbone.Generation;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>Every option does on every family what it says, and a request with it is answered in company as alone. What the reference writes by most of them is compared besides, by its golden texts.</summary>
public sealed class OptionsOnFamiliesTests
{
    private const int Most = 12;

    private static readonly Dictionary<string, Func<Known, Held>> Options = new()
    {
        ["maxNewTokens"] = _ => new(new() { MinNewTokens = 0, MaxNewTokens = 3 }, written => Assert.InRange(written.Best.Ids.Count, 0, 3)),
        ["maxLength"] = known => new(new() { MinNewTokens = 0, MaxLength = known.Given + 4 }, written => Assert.InRange(written.Best.Ids.Count, 0, 4)),
        ["minNewTokens"] = _ => new(new() { MinNewTokens = Most, MaxNewTokens = Most }, written => Assert.Equal(Most, written.Best.Ids.Count)),
        ["minLength"] = known => new(new() { MinLength = known.Given + 9, MaxNewTokens = Most }, written => Assert.InRange(written.Best.Ids.Count, 9, Most)),
        ["maxTime"] = _ => new(new() { MaxTime = 1e-9 }, written => Assert.InRange(written.Best.Ids.Count, 0, 1)),
        ["numBeams"] = _ => new(new() { NumBeams = 4, LengthPenalty = 0 }, written => Assert.Equal(written.Best.LogProbabilities.Sum(), written.Best.Score, 1e-4)),
        ["numReturnSequences"] = _ => new(new() { NumBeams = 3, NumReturnSequences = 3 }, written =>
        {
            Assert.Equal(3, written.Hypotheses.Select(each => string.Join(' ', each.Ids.Append((int)each.Finish))).Distinct().Count());
            Assert.Equal(written.Hypotheses.Select(each => each.Score).OrderDescending(), written.Hypotheses.Select(each => each.Score));
        }),
        ["lengthPenalty"] = _ => new(new() { NumBeams = 3, LengthPenalty = 2 }, written => Assert.Contains(
            Enumerable.Range(0, 2), further => Math.Abs((written.Best.LogProbabilities.Sum() / Math.Pow(written.Best.LogProbabilities.Count + further, 2)) - written.Best.Score) < 1e-4)),
        ["earlyStopping"] = known => new(new() { NumBeams = 3, EarlyStopping = EarlyStopping.Never }, written =>
            Assert.InRange(written.Best.Score, known.Write(new() { NumBeams = 3, EarlyStopping = EarlyStopping.True }).Best.Score - 1e-4, 0)),
        ["patience"] = known => new(new() { NumBeams = 3, Patience = 3 }, written => Assert.InRange(written.Best.Score, known.Write(new() { NumBeams = 3, Patience = 1 }).Best.Score - 1e-4, 0)),
        ["numBeamGroups, diversityPenalty"] = _ => new(new() { NumBeams = 4, NumBeamGroups = 4, DiversityPenalty = 1e4, NumReturnSequences = 4 }, written =>
            Assert.Equal(4, written.Hypotheses.Select(each => each.Ids.FirstOrDefault(-1)).Distinct().Count())),
        ["coveragePenalty"] = known => new(
            new() { NumBeams = 3, CoveragePenalty = 0.5, NumReturnSequences = 3 },
            written => Assert.Equal(3, written.Hypotheses.Count),
            Refused: known.WritesOn ? "coveragePenalty" : null),
        ["forceWordsIds"] = known => new(new() { NumBeams = 4, ForceWordsIds = [[21, 22], [23]] }, written =>
        {
            Assert.Contains("|21|22|", Joined(written.Best.Ids), StringComparison.Ordinal);
            Assert.Contains(23, written.Best.Ids);
        }),
        ["forceAnyWordsIds"] = known => new(new() { NumBeams = 4, ForceAnyWordsIds = [[[21, 22], [24]], [[23]]] }, written =>
        {
            Assert.True(Joined(written.Best.Ids).Contains("|21|22|", StringComparison.Ordinal) || written.Best.Ids.Contains(24));
            Assert.Contains(23, written.Best.Ids);
        }),
        ["jsonSchema"] = known => new(new() { JsonSchema = """{"type": "object", "properties": {"a": {"enum": [1, 2]}}, "required": ["a"], "additionalProperties": false}""", MinNewTokens = 0, MaxNewTokens = 24 }, written =>
        {
            if (written.Best.Finish == FinishReason.End)
            {
                Assert.InRange(JsonDocument.Parse(known.Own(written)).RootElement.GetProperty("a").GetInt32(), 1, 2);
            }
        }, Refused: known.Lacks('{', ':', '"') ? "the vocabulary lacks" : null),
        ["regex"] = known => new(new() { Regex = "[a-z ]{2,8}", MinNewTokens = 0 }, written =>
        {
            if (written.Best.Finish == FinishReason.End)
            {
                Assert.Matches(new Regex("^[a-z ]{2,8}$"), known.Own(written));
            }
        }),
        ["promptLookupNumTokens, maxMatchingNgramSize"] = known => new(new() { PromptLookupNumTokens = 3, MaxMatchingNgramSize = 1 }, written => Assert.Equal(known.Greedy.Best.Ids, written.Best.Ids)),
        ["noRepeatNgramSize"] = _ => new(new() { NoRepeatNgramSize = 2 }, written => Assert.Equal(Pairs(written.Best.Ids).Distinct().Count(), Pairs(written.Best.Ids).Count())),
        ["encoderNoRepeatNgramSize"] = known => new(new() { EncoderNoRepeatNgramSize = 1 }, written => Assert.Empty(written.Best.Ids.Intersect(known.Source))),
        ["repetitionPenalty"] = known => new(new() { RepetitionPenalty = 1.7, MinNewTokens = Most }, written =>
            Assert.InRange(Repeated(written), 0, Repeated(known.Write(new() { MinNewTokens = Most, MaxNewTokens = Most, RepetitionPenalty = 0.6 })))),
        ["encoderRepetitionPenalty"] = known => new(new() { EncoderRepetitionPenalty = 1e-6 }, written => Assert.NotEmpty(written.Hypotheses)),
        ["doSample, seed"] = known => new(new() { DoSample = true, Seed = 7, MinNewTokens = Most }, written =>
        {
            Assert.Equal(written.Best.Ids, known.Write(new() { DoSample = true, Seed = 7, MinNewTokens = Most }).Best.Ids);
            Assert.NotEqual(written.Best.Ids, known.Write(new() { DoSample = true, Seed = 8, MinNewTokens = Most }).Best.Ids);
        }),
        ["temperature"] = known => new(new() { DoSample = true, Seed = 1, Temperature = 1e-4 }, known.AsGreedy),
        ["topK"] = known => new(new() { DoSample = true, Seed = 1, TopK = 1 }, known.AsGreedy),
        ["topP"] = known => new(new() { DoSample = true, Seed = 1, TopP = 1e-4 }, known.AsGreedy),
        ["minP"] = known => new(new() { DoSample = true, Seed = 1, MinP = 1 }, known.AsGreedy),
        ["epsilonCutoff"] = known => new(new() { DoSample = true, Seed = 1, EpsilonCutoff = 0.999 }, known.AsGreedy),
        ["etaCutoff"] = known => new(new() { DoSample = true, Seed = 1, EtaCutoff = 0.999 }, written => Assert.InRange(written.Best.Ids.Count, 0, Most)),
        ["typicalP"] = _ => new(new() { DoSample = true, Seed = 1, TypicalP = 0.2 }, written => Assert.InRange(written.Best.Ids.Count, 0, Most)),
        ["sequenceBias"] = _ => new(new() { SequenceBias = [new([31], 1e4)] }, written => Assert.All(written.Best.Ids, id => Assert.Equal(31, id))),
        ["badWordsIds"] = known => new(new() { BadWordsIds = [[known.First]] }, written => Assert.DoesNotContain(known.First, written.Best.Ids)),
        ["suppressTokens"] = known => new(new() { SuppressTokens = [known.First] }, written => Assert.DoesNotContain(known.First, written.Best.Ids)),
        ["beginSuppressTokens"] = known => new(new() { BeginSuppressTokens = [known.First], MinNewTokens = 1 }, written => Assert.NotEqual(known.First, written.Best.Ids[0])),
        ["decoderStartTokenId"] = known => new(
            new() { DecoderStartTokenId = 9 },
            written => Assert.Equal(known.WritesOn, known.Greedy.Best.LogProbabilities.SequenceEqual(written.Best.LogProbabilities))),
        // As the reference has it, the first of a sequence is forced, not the first after what is read.
        ["forcedBosTokenId"] = known => new(new() { ForcedBosTokenId = 33 }, written => Assert.Equal(known.WritesOn ? known.First : 33, written.Best.Ids[0])),
        ["forcedEosTokenId"] = known => new(new() { ForcedEosTokenId = known.End, MinNewTokens = Most - 2, MaxNewTokens = Most }, written =>
            Assert.InRange(written.Best.Ids.Count, Most - 2, Most - 1)),
        ["eosTokenId"] = known => new(new() { EosTokenId = [known.End, known.First], MinNewTokens = 0 }, written => Assert.Empty(written.Best.Ids)),
        ["exponentialDecayLengthPenalty"] = _ => new(new() { ExponentialDecayLengthPenalty = new(3, 6) }, written => Assert.InRange(written.Best.Ids.Count, 0, 7)),
        ["renormalizeLogits"] = known => new(new() { RenormalizeLogits = true, SuppressTokens = [.. Enumerable.Range(0, 40).Except([known.End])] }, written =>
            Assert.InRange(written.Best.Score, known.Write(new() { SuppressTokens = [.. Enumerable.Range(0, 40).Except([known.End])] }).Best.Score - 1e-4, 0)),
        ["stopStrings"] = known => new(new() { StopStrings = [known.Middle] }, written =>
        {
            Assert.DoesNotContain(known.Middle, written.Best.Text, StringComparison.Ordinal);
            Assert.Equal(FinishReason.End, written.Best.Finish);
        }),
    };

    [Theory]
    [InlineData("t5-v1_0")]
    [InlineData("t5-v1_1")]
    [InlineData("mt5")]
    [InlineData("bart")]
    [InlineData("mbart")]
    [InlineData("marian")]
    [InlineData("pegasus")]
    [InlineData("m2m100")]
    [InlineData("nllb")]
    [InlineData("gpt2")]
    [InlineData("llama")]
    [InlineData("qwen2")]
    [InlineData("mistral")]
    public async Task EachDoesWhatItSays(string fixture)
    {
        using EngineBench bench = new(fixture);
        List<string> faults = [];
        foreach (var (name, make) in Options)
        {
            try
            {
                await CheckAsync(bench, make);
            }
            catch (Exception fault)
            {
                faults.Add($"{name}: {fault.Message}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void NoOptionIsLeftOut()
    {
        var named = Options.Keys.SelectMany(key => key.Split(", ")).ToHashSet();
        Assert.Empty(typeof(GenerationOptions).GetProperties().Where(property => property.SetMethod is { IsPublic: true }).Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)).Except(named));
    }

    private static async Task CheckAsync(EngineBench bench, Func<Known, Held> make)
    {
        List<(EngineRequest Request, Held Held, Written Alone)> asked = [];
        for (var seed = 1; seed <= 3; seed++)
        {
            Known known = new(bench, seed);
            var held = make(known);
            if (held.Refused is { } option)
            {
                Assert.Contains(option, Assert.Throws<ArgumentException>(() => known.Request(held.Options)).Message, StringComparison.Ordinal);
                continue;
            }

            var request = known.Request(held.Options);
            var written = await bench.WriteAsync(request, TestContext.Current.CancellationToken);
            held.Holds(written);
            asked.Add((request, held, written));
        }

        var together = await Task.WhenAll(asked.Select(each => bench.WriteAsync(each.Request, TestContext.Current.CancellationToken))
            .Append(bench.WriteAsync(bench.Request(9, new() { NumBeams = 2 }, 9), TestContext.Current.CancellationToken)));
        foreach (var (one, written) in asked.Zip(together))
        {
            Assert.Equal(one.Alone.Hypotheses.Select(each => each.Ids), written.Hypotheses.Select(each => each.Ids));
            Assert.All(one.Alone.Hypotheses.Zip(written.Hypotheses), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5 * Math.Max(1, Math.Abs(pair.First.Score))));
        }
    }

    private static string Joined(IEnumerable<int> ids) => $"|{string.Join('|', ids)}|";

    private static IEnumerable<(int, int)> Pairs(IReadOnlyList<int> ids) => ids.Zip(ids.Skip(1));

    private static int Repeated(Written written) => written.Best.Ids.Count - written.Best.Ids.Distinct().Count();

    /// <summary>An option, and what holds of what is written with it.</summary>
    /// <param name="Options">The option.</param>
    /// <param name="Holds">What holds.</param>
    /// <param name="Refused">What the refusal names, where it cannot be asked of this backbone; null where it can.</param>
    private sealed record Held(GenerationOptions Options, Action<Written> Holds, string? Refused = null);

    // A source, and what is written to it without any option.
    private sealed class Known(EngineBench bench, int seed)
    {
        private const int Length = 7;

        public Written Greedy { get; } = bench.WriteAsync(bench.Request(seed, new() { MinNewTokens = 4, MaxNewTokens = Most }, Length)).GetAwaiter().GetResult();

        public IEnumerable<int> Source => EngineBench.Source(seed, Length).Tokens.Select(id => (int)id);

        public bool WritesOn => bench.Transformer.Config.Encoder is null;

        public int End => bench.Transformer.Config.EndId;

        // What a sequence begins with: the start token, or what is read.
        public int Given => WritesOn ? Length : 1;

        public int First => Greedy.Best.Ids[0];

        public string Middle => Greedy.Best.Text.Trim() is { Length: > 2 } text ? text.Substring(text.Length / 2, 1) : Greedy.Best.Text[..1];

        public EngineRequest Request(GenerationOptions options) => bench.Request(
            seed, options with { MinNewTokens = options.MinNewTokens ?? (options.MinLength is null ? 4 : null), MaxNewTokens = options.MaxNewTokens ?? (options.MaxLength is null ? Most : null) }, Length);

        public Written Write(GenerationOptions options) => bench.WriteAsync(Request(options)).GetAwaiter().GetResult();

        // Whether some of these are no tokens of their own, nor bytes that are joined.
        public bool Lacks(params ReadOnlySpan<char> characters)
        {
            foreach (var character in characters)
            {
                var shown = character.ToString();
                if (!bench.Tokenizer.TryFind(shown, out _) && !(bench.Tokenizer.TryFind($"<0x{(int)character:X2}>", out var id) && bench.Tokenizer.Decode([id]) == shown))
                {
                    return true;
                }
            }

            return false;
        }

        // What is written on after a text begins with the blank between them.
        public string Own(Written written) => WritesOn && written.Best.Text.StartsWith(' ') ? written.Best.Text[1..] : written.Best.Text;

        public void AsGreedy(Written written) => Assert.Equal(Greedy.Best.Ids, written.Best.Ids);
    }
}
