using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Tests.Fakes;

/// <summary>A backbone of two layers: an embedding, and back to the vocabulary. What it decodes is the mean of the source beside the label before.</summary>
internal sealed class FakeBackbone : IBackbone
{
    private readonly Lazy<Embedding> embeddings = new(() => nn.Embedding(1000, 8));

    public BackboneDescription Description { get; init; } = new()
    {
        Name = "fake",
        Family = "fake",
        Features = BackboneFeatures.Writes,
        Width = 8,
        Vocabulary = 1000,
        MaxLength = 8,
        MaxTargetLength = 6,
    };

    public int MaxLength => Description.MaxLength;

    public FakeTokenizer Tokenizer { get; init; } = new();

    ITokenizer IBackbone.Tokenizer => Tokenizer;

    public Embedded Embed(Batch batch) => new(embeddings.Value.call(batch.Source), batch.Mask);

    public Tensor Decode(EncodedStates source, Tensor targets)
    {
        var shifted = cat([zeros_like(targets.narrow(1, 0, 1)), targets.narrow(1, 0, targets.shape[1] - 1).clamp_min(0)], 1);
        return embeddings.Value.call(shifted) + source.States.mean([1], keepdim: true);
    }

    public Tensor Project(Tensor states) => nn.functional.linear(states, embeddings.Value.weight!);
}
