using Ptgp.Backbone;
using static TorchSharp.torch;

namespace Ptgp.QA.Tests;

/// <summary>A checkpoint of the fixtures as a head sees it.</summary>
internal sealed class CheckpointBackbone : IBackbone, IDisposable
{
    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly Transformer transformer;

    public CheckpointBackbone(string fixture)
    {
        set_num_threads(1);
        var folder = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        (Description, Tokenizer, Head) = (folder.Describe(fixture), folder.LoadTokenizer(), folder.LoadHead(CPU));
        transformer = folder.LoadTransformer(CPU, ScalarType.Float32);
    }

    public BackboneDescription Description { get; }

    public int MaxLength => Description.MaxLength;

    public ITokenizer Tokenizer { get; }

    public CheckpointHead? Head { get; }

    public Embedded Embed(Batch batch) => transformer.Embed(batch);

    public EncodedStates Encode(Embedded input) => transformer.Encode(input);

    public Tensor Decode(EncodedStates source, Tensor targets) => transformer.Decode(source, targets);

    public Tensor Project(Tensor states) => transformer.Project(states);

    public void Dispose()
    {
        transformer.Dispose();
        scope.Dispose();
    }
}
