using System.Text.Json;
using System.Text.Json.Nodes;

using Ptgp.Backbone.Generation;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>Published sizes with weights by formula answer as the reference does. Seconds and a gigabyte each, so they run only when asked for: <c>--explicit only</c>.</summary>
public class FullSizeTests
{
    // Sums of thousands of float32 terms in another order.
    private const double Tolerance = 2e-3;

    // Attention of T5 is not scaled, and with these weights it picks single places: rounding moves single logits. In float64, our own are 0.004 and 0.2 away from
    // the reference's in float32, and up to 0.03 and 1.9 away from our own in float32. What the second writes is chance.
    public static TheoryData<string, double, bool> Sizes => new()
    {
        { "t5-small", 0.02, true }, { "flan-t5-small", 0.5, false }, { "bart-base", Tolerance, true }, { "opus-mt", Tolerance, true }, { "whisper-tiny", Tolerance, true },
    };

    [Theory(Explicit = true), MemberData(nameof(Sizes))]
    public void StatesLogitsAndWritingAreTheReferences(string name, double tolerance, bool writes)
    {
        using var folder = new TemporaryFolder();
        var golden = JsonNode.Parse(File.ReadAllText(Repository.Fixture("fullsize", name + ".json")))!;
        folder.Write("config.json", golden["config"]!.ToJsonString());
        var checkpoint = CheckpointFolder.Open(folder.Path);
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using var transformer = new Transformer(checkpoint.Config, new FormulaParameters(checkpoint, golden));
        transformer.eval();
        var source = Source(golden, name, checkpoint.Config);
        var encoded = transformer.Encode(transformer.Embed(new() { Source = source, Mask = ones(1, source.size(1), dtype: ScalarType.Bool) }));
        Check(golden["states"]!, encoded.States, Tolerance, 1e-4);
        Check(golden["logits"]!, transformer.Project(transformer.DecodeInputs(encoded, Ids(golden["decoder_input_ids"]!))), tolerance, tolerance / 20);
        if (writes)
        {
            Assert.Equal(golden["greedy"]!.Deserialize<int[]>(), Write(transformer, encoded, 1, golden));
            // Beams hold the same tokens in orders that are equal but for rounding: then the sequences are as likely as each other.
            var (theirs, ours) = (golden["beam4"]!.Deserialize<int[]>()!, Write(transformer, encoded, 4, golden));
            Assert.Equal(theirs.Length, ours.Length);
            Assert.InRange(LogProbability(transformer, encoded, theirs) - LogProbability(transformer, encoded, ours), -tolerance, tolerance);
        }
    }

    private static double LogProbability(Transformer transformer, EncodedStates encoded, int[] ids)
    {
        var (inputs, targets) = (tensor(ids[..^1].Select(id => (long)id).ToArray()).unsqueeze(0), tensor(ids[1..].Select(id => (long)id).ToArray()));
        return -nn.functional.cross_entropy(transformer.Project(transformer.DecodeInputs(encoded, inputs)).squeeze(0), targets, reduction: nn.Reduction.Sum).item<float>();
    }

    private static int[] Write(Transformer transformer, EncodedStates encoded, int beams, JsonNode golden)
    {
        // Nothing ends a sequence there: so an id that is not among the written ones does here.
        var written = golden["greedy"]!.Deserialize<int[]>()!.Concat(golden["beam4"]!.Deserialize<int[]>()!).ToHashSet();
        var end = Enumerable.Range(0, transformer.Config.OutputVocabulary).First(id => !written.Contains(id));
        var options = ResolvedOptions.From(
            new() { NumBeams = beams, MaxNewTokens = 16, NoRepeatNgramSize = 1, EosTokenId = [end], DecoderStartTokenId = (int)golden["greedy"]![0]! },
            DecoderFacts.Of(transformer.Config));
        var search = DecodingLoop.Begin(new() { Options = options });
        using var state = transformer.Begin(encoded, beams, search.Longest);
        new DecodingLoop(state, [search], CPU).Run();
        return search.Results[0].Tokens;
    }

    private static Tensor Source(JsonNode golden, string name, TransformerConfig config) => golden["input_ids"] is { } ids
        ? Ids(ids)
        : tensor([.. FormulaParameters.Uniform(name + ".frames", config.FrameWidth * 3000).Select(u => 2 * (float)u)], [1, config.FrameWidth, 3000]).transpose(1, 2);

    private static Tensor Ids(JsonNode rows) => tensor(rows.Deserialize<long[][]>()!.SelectMany(row => row).ToArray()).view(rows.AsArray().Count, -1);

    private static void Check(JsonNode golden, Tensor actual, double tolerance, double relative)
    {
        Assert.Equal(golden["shape"]!.Deserialize<long[]>(), actual.shape);
        var flat = actual.flatten();
        foreach (var (at, value) in golden["at"]!.Deserialize<long[]>()!.Zip(golden["values"]!.Deserialize<double[]>()!))
        {
            Assert.Equal(value, flat[at].item<float>(), tolerance);
        }

        var rms = (double)golden["rms"]!;
        Assert.Equal(rms, flat.to(float64).pow(2).mean().sqrt().item<double>(), relative * rms);
    }
}
