using System.Text.Json.Nodes;
using CsCheck;
using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Weights;

namespace Ptgp.Backbone.Tests.Generation;

/// <summary>Groups of beams that avoid each other's tokens.</summary>
public class DiverseBeamSearchTests
{
    private const int Vocabulary = 12, Start = 0, End = 1;
    private static readonly DecoderFacts Facts = new(Vocabulary, Start, End);

    [Fact]
    public void ThePenaltyIsTheReferences()
    {
        var golden = JsonNode.Parse(File.ReadAllText(Repository.Fixture("logits", "processors.json")))!["cases"]!.AsArray().Single(each => (string)each!["name"]! == "hamming_diversity_second_group")!;
        using var file = SafeTensorsFile.Open(Repository.Fixture("logits", "processors.safetensors"));
        using var scope = TorchSharp.torch.NewDisposeScope();
        var (scores, expected) = (file.Read("log_scores"), file.Read("out.hamming_diversity_second_group"));
        var size = (int)golden["processor"]!["num_beams"]! / (int)golden["processor"]!["num_beam_groups"]!;
        var taken = file.Read("current_tokens").data<long>().ToArray()[..(size * (int)golden["processor"]!["beam_group_idx"]!)].CountBy(id => (int)id).ToDictionary();
        Assert.NotEmpty(taken);
        for (var row = 0; row < scores.size(0); row++)
        {
            var sums = scores[row].data<float>().ToArray();
            long[] places = [.. Enumerable.Range(0, sums.Length)];
            DiverseBeamSearch.Penalize(sums, places, taken, (double)golden["processor"]!["diversity_penalty"]!, sums.Length);
            Assert.Equal(sums.OrderDescending(), sums);
            Assert.All(places, (place, at) => Assert.Equal(expected[row][place].item<float>(), sums[at], 1e-5f));
            Assert.Equal(sums.Length, places.Distinct().Count());
        }
    }

    // Without a penalty each group is a beam search of its own; as many hypotheses of each come back.
    [Fact]
    public void WithoutAPenaltyEachGroupFindsWhatItWouldAlone() => Gen.Int[0, 1000].Sample(
        source =>
        {
            var alone = Write(source, new() { MaxNewTokens = 6, NumBeams = 2, NumReturnSequences = 2 });
            var groups = Write(source, new() { MaxNewTokens = 6, NumBeams = 6, NumBeamGroups = 3, NumReturnSequences = 6 });
            Assert.Equal(alone.SelectMany(one => Enumerable.Repeat(one.Tokens, 3)), groups.Select(one => one.Tokens));
        },
        iter: 30);

    // The groups' tokens of a step differ where the penalty is beyond all differences of scores.
    [Fact]
    public void AStrongPenaltyKeepsGroupsApartAtEachStep() => Gen.Select(Gen.Int[0, 1000], Gen.Int[2, 4]).Sample(
        (source, groups) =>
        {
            var found = Write(source, new() { MaxNewTokens = 5, NumBeams = groups, NumBeamGroups = groups, NumReturnSequences = groups, DiversityPenalty = 50, SuppressTokens = [End] });
            for (var at = 1; at <= 5; at++)
            {
                Assert.Equal(groups, found.Select(one => one.Tokens[at]).Distinct().Count());
            }
        },
        iter: 30);

    // What is taken counts in the scores, as it does in the reference.
    [Fact]
    public void ScoresSumWhatWasTaken()
    {
        var plain = Write(7, new() { MaxNewTokens = 4, NumBeams = 2, NumReturnSequences = 2, NumBeamGroups = 2, LengthPenalty = 0, SuppressTokens = [End] });
        Assert.Equal(plain[0].Tokens, plain[1].Tokens);
        var kept = Write(7, new() { MaxNewTokens = 4, NumBeams = 2, NumReturnSequences = 2, NumBeamGroups = 2, LengthPenalty = 0, SuppressTokens = [End], DiversityPenalty = 1e-3 });
        Assert.Equal(kept[0].Tokens, kept[1].Tokens);
        Assert.Equal(kept[0].Score - 4e-3, kept[1].Score, 1e-5);
        Assert.Equal(kept[1].Score, kept[1].LogProbabilities.Sum(), 1e-5f);
    }

    [Fact]
    public void WhatIsInABatchChangesNothing()
    {
        GenerationOptions[] options =
        [
            new() { MaxNewTokens = 7, NumBeams = 4, NumBeamGroups = 2, DiversityPenalty = 0.8, NumReturnSequences = 4 },
            new() { MaxNewTokens = 9, NumBeams = 4, NumReturnSequences = 4 },
            new() { MaxNewTokens = 5, NumBeams = 4, NumBeamGroups = 4, DiversityPenalty = 2, NumReturnSequences = 3, NoRepeatNgramSize = 1 },
        ];
        SourceSearch[] together = [.. options.Select(each => DecodingLoop.Begin(new() { Options = ResolvedOptions.From(each, Facts) }))];
        new TableDecoding(Vocabulary, (source, written) => TableDecoding.Arbitrary(Vocabulary, source, written)).Run(together);
        Assert.All(options, (each, at) => Assert.Equal(Write(at, each).Select(one => one.Tokens), together[at].Results.Select(one => one.Tokens)));
    }

    [Fact]
    public void WhatIsCertainIsToldAndNeverTakenBack()
    {
        for (var source = 0; source < 20; source++)
        {
            List<int> told = [];
            var found = Write(source, new() { MaxNewTokens = 7, NumBeams = 6, NumBeamGroups = 3, DiversityPenalty = 0.1 }, told.AddRange);
            Assert.Equal(found[0].Tokens[1..], told);
        }
    }

    [Theory]
    [InlineData(6, 4, 1.0, false, "numBeamGroups must divide numBeams, but they are 4 and 6.")]
    [InlineData(4, 2, 1.0, true, "numBeamGroups and doSample must not stand together")]
    public void WhatDoesNotFitIsRefused(int beams, int groups, double penalty, bool samples, string message) => Assert.Contains(message, Assert.Throws<ArgumentException>(
        () => ResolvedOptions.From(new() { NumBeams = beams, NumBeamGroups = groups, DiversityPenalty = penalty, DoSample = samples }, Facts)).Message, StringComparison.Ordinal);

    private static IReadOnlyList<RawHypothesis> Write(int source, GenerationOptions options, Action<IReadOnlyList<int>>? onCertain = null) => TableDecoding.Write(Facts, source, options, onCertain);
}
