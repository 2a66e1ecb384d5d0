using Ptgp.Backbone;
using static TorchSharp.torch;

namespace Ptgp.Host.Tasks;

/// <summary>A backbone before its weights are read: names and shapes of all tensors, its tokenizer, and the head that was saved beside them, which alone is read.</summary>
internal sealed class BackboneOutline : IDisposable
{
    private readonly Transformer shape;

    private BackboneOutline(CheckpointFolder folder, BackboneDescription description)
    {
        (Folder, Description, Tokenizer) = (folder, description, folder.LoadTokenizer());
        shape = folder.LoadTransformer(META, ScalarType.Float32);
        Head = folder.LoadHead(CPU);
    }

    /// <summary>Gets the checkpoint.</summary>
    public CheckpointFolder Folder { get; }

    public BackboneDescription Description { get; }

    public ITokenizer Tokenizer { get; }

    /// <summary>Gets the head that the checkpoint was saved with; null when it has none.</summary>
    public CheckpointHead? Head { get; }

    /// <summary>Reads what there is to know of a backbone.</summary>
    /// <exception cref="CheckpointException">Something is missing, or does not fit the rest.</exception>
    public static BackboneOutline Of(CheckpointFolder folder, BackboneDescription description) => new(folder, description);

    /// <summary>Sees it as a task does.</summary>
    public BackboneView View() => new(Description, Tokenizer, shape) { Head = Head };

    public void Dispose()
    {
        shape.Dispose();
        foreach (var tensor in Head?.Weights.Values ?? [])
        {
            tensor.Dispose();
        }
    }
}
