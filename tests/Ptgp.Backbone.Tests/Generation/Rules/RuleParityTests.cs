using System.Text.Json.Nodes;
using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Generation.Rules;
using Ptgp.Backbone.Generation.Sampling;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation.Rules;

/// <summary>What rules make of fixed scores equals what the reference's logits processors make of them.</summary>
public class RuleParityTests
{
    // Scores that are no numbers are a fault here and no option, one id alone can be forced last, and in one case the reference answers NaN.
    private static readonly string[] LeftOut = ["remove_invalid_values", "forced_eos_then_suppressed", "forced_eos_last_two", "decay_with_min_length"];

    private static string Folder => Repository.Fixture("logits");

    private static JsonObject[] All =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "processors.json")))!["cases"]!.AsArray().Select(each => each!.AsObject())];

    public static TheoryData<string> Cases => [.. All
        .Where(each => each["options"] is not null)
        .Select(each => (string)each["name"]!)
        .Except(LeftOut)];

    [Fact]
    public void AllButFiveOfTheReferencesCasesAreCompared() => Assert.Equal(All.Length - 5, Cases.Count);

    [Theory, MemberData(nameof(Cases))]
    public void ScoresAreTheReferences(string name)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(Path.Combine(Folder, "processors.safetensors"));
        var golden = All.Single(each => (string)each["name"]! == name);
        var scores = file.Read((string)golden["scores"]!).clone();
        var ids = Rows(file.Read((string)golden["ids"]!));
        var source = Rows(file.Read((string)golden["encoder_ids"]!));
        var given = (int)golden["prompt_length"]!;
        var asked = golden["options"]!.DeepClone().AsObject();
        var beams = (int?)asked["num_beams"] ?? 1;
        asked.Remove("num_beams");                                // three rows of one source or of three: rules see rows
        var options = ResolvedOptions.From(GoldenCase.Read(asked) with { MaxNewTokens = asked["max_length"] is null ? 100 : null }, new((int)scores.size(1), 0, 3));
        var searches = ids.Select((row, at) =>
        {
            var tables = asked["prefix_allowed_tokens"]?.AsArray();
            var search = DecodingLoop.Begin(new()
            {
                Options = options,
                Source = source[at % source.Length],
                Prefix = row[1..given],
                Rules = tables is null ? [] : new GoldenCase { Name = name, Asked = asked, InputIds = [], AttentionMask = [], Prompts = [], Sequences = [], Scores = [] }.Rules(at % tables.Count, 0),
            });
            Array.ForEach(row, search.Give);
            return search;
        }).ToArray();

        var isNormalized = options.RenormalizeLogits && !options.DoSample;
        var (actual, normalizers) = new RuleRunner(1, (int)scores.size(1), isNormalized).Run(scores, searches);
        actual = isNormalized ? actual - normalizers.view(-1, 1) : actual;

        actual = options.DoSample ? Cut(actual, ResolvedOptions.From(GoldenCase.Read(asked) with { NumBeams = beams }, options.Facts)) : actual;
        Assert.All(searches, search => Assert.Null(search.Fault));
        var expected = file.Read("out." + name);
        Assert.True(where(expected.isneginf(), zeros_like(expected), expected).allclose(where(actual.isneginf(), zeros_like(actual), actual), 1e-5, 1e-5));
        Assert.True(expected.isneginf().equal(actual.isneginf()).all().item<bool>());
    }

    [Fact]
    public void AForbiddenEndStaysForbiddenHoweverLikelyItGrows()
    {
        using var scope = NewDisposeScope();
        var options = ResolvedOptions.From(new() { MinLength = 12, ExponentialDecayLengthPenalty = new(1, 1.3) }, new(10, 0, 3));
        var search = DecodingLoop.Begin(new() { Options = options });
        Array.ForEach([0, 5, 6, 7], search.Give);
        var (scores, _) = new RuleRunner(1, 10, normalizes: false).Run(rand(1, 10), [search]);
        Assert.Equal(float.NegativeInfinity, scores[0, 3].item<float>());
    }

    // What is left to draw from; what is cut off is as if forbidden.
    private static Tensor Cut(Tensor scores, ResolvedOptions options)
    {
        var list = new Shortlist();
        var reader = new RowReader(scores, [.. Enumerable.Range(0, (int)scores.size(0))], Cuts.Likeliest(options));
        var left = full_like(scores, float.NegativeInfinity);
        for (var row = 0; row < scores.size(0); row++)
        {
            reader.Read(row, Cuts.Likeliest(options), list);
            Cuts.Make(list, options);
            foreach (var candidate in list.Candidates)
            {
                left[row, candidate.Id] = (float)candidate.Score;
            }
        }

        return left;
    }

    private static int[][] Rows(Tensor ids) =>
        [.. Enumerable.Range(0, (int)ids.size(0)).Select(row => ids[row].data<long>().ToArray().Select(id => (int)id).ToArray())];
}
