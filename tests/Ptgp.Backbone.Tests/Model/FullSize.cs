using System.Text.Json;
using System.Text.Json.Nodes;

using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>A model of a published size with weights by formula, and what the reference answers with the same.</summary>
internal sealed class FullSize : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Transformer transformer;
    private readonly EncodedStates encoded;

    /// <summary>Initializes it.</summary>
    /// <param name="name">Its name among the fixtures.</param>
    /// <param name="dtype">What it computes in.</param>
    /// <param name="nudge">The seed by which embeddings are rounded: each up or down by half of what float32 can tell. Null to leave them.</param>
    public FullSize(string name, ScalarType dtype, int? nudge = null)
    {
        Golden = JsonNode.Parse(File.ReadAllText(Repository.Fixture("fullsize", name + ".json")))!;
        folder.Write("config.json", Golden["config"]!.ToJsonString());
        var checkpoint = CheckpointFolder.Open(folder.Path);
        transformer = new(checkpoint.Config, new FormulaParameters(checkpoint, Golden, dtype));
        transformer.eval();
        Source = Golden["input_ids"] is { } ids
            ? Ids(ids)
            : tensor([.. FormulaParameters.Uniform(name + ".frames", checkpoint.Config.FrameWidth * 3000).Select(u => 2 * (float)u)], [1, checkpoint.Config.FrameWidth, 3000]).transpose(1, 2);
        var embedded = transformer.Embed(new() { Source = Source, Mask = ones(Source.size(0), Source.size(1), dtype: ScalarType.Bool) });
        encoded = transformer.Encode(nudge is { } seed ? embedded with { States = Nudged(embedded.States, seed) } : embedded);
    }

    public JsonNode Golden { get; }

    private Tensor Source { get; }

    /// <summary>Gets whether the decoder stands alone, so that it writes on from what it read.</summary>
    private bool WritesOn => transformer.Config.Encoder is null;

    /// <summary>Gets what the encoder made of the input.</summary>
    public Tensor States => encoded.States;

    /// <summary>Gets the logits of the targets, or of the input where the decoder stands alone.</summary>
    public Tensor Logits => transformer.Project(WritesOn ? encoded.States : transformer.DecodeInputs(encoded, Ids(Golden["decoder_input_ids"]!)));

    /// <summary>Gets what the reference wrote: <c>greedy</c> or <c>beam4</c>.</summary>
    public int[] Theirs(string how) => Golden[how]!.Deserialize<int[]>()!;

    /// <summary>Writes as the reference was asked to: sixteen tokens, none of them twice.</summary>
    public int[] Write(int beams)
    {
        // Nothing ends a sequence there: so an id that is not among the written ones does here.
        var written = Theirs("greedy").Concat(Theirs("beam4")).ToHashSet();
        var end = Enumerable.Range(0, transformer.Config.OutputVocabulary).First(id => !written.Contains(id));
        var options = ResolvedOptions.From(
            new() { NumBeams = beams, MaxNewTokens = 16, NoRepeatNgramSize = 1, EosTokenId = [end], DecoderStartTokenId = WritesOn ? null : Theirs("greedy")[0] },
            DecoderFacts.Of(transformer.Config));
        var search = DecodingLoop.Begin(new() { Options = options, Source = WritesOn ? [.. Source.data<long>().Select(id => (int)id)] : [] });
        DecodingLoop.Write(transformer, encoded, [search]);
        return search.Results[0].Tokens;
    }

    /// <summary>Computes the logarithm of the probability of the last sixteen tokens of a sequence behind those before them.</summary>
    public double LogProbability(int[] ids)
    {
        var inputs = tensor(ids[..^1].Select(id => (long)id).ToArray()).unsqueeze(0);
        var states = WritesOn
            ? transformer.Encode(transformer.Embed(new() { Source = inputs, Mask = ones(1, inputs.size(1), dtype: ScalarType.Bool) })).States
            : transformer.DecodeInputs(encoded, inputs);
        var probabilities = nn.functional.log_softmax(transformer.Project(states).squeeze(0).narrow(0, ids.Length - 17, 16), -1);
        return probabilities.gather(1, tensor(ids[^16..].Select(id => (long)id).ToArray()).unsqueeze(1)).to(float64).sum().item<double>();
    }

    public void Dispose()
    {
        transformer.Dispose();
        folder.Dispose();
    }

    private static Tensor Nudged(Tensor states, int seed)
    {
        using var generator = new Generator((ulong)seed);
        using var step = Math.Pow(2, -24).ToScalar();
        return states.mul(Ops.Add(ones_like(states), rand(states.shape, states.dtype, generator: generator).sub(tensor(0.5, states.dtype)).sign().mul(step)));
    }

    private static Tensor Ids(JsonNode rows) => tensor(rows.Deserialize<long[][]>()!.SelectMany(row => row).ToArray()).view(rows.AsArray().Count, -1);
}
