using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Scores what may be written.</summary>
internal abstract class TokenOutput(string name) : nn.Module(name)
{
    /// <summary>Makes what a shape asks for.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="source">The parameters.</param>
    /// <param name="config">The shape.</param>
    /// <param name="embeddings">The embeddings of what is written, which it may share.</param>
    public static TokenOutput Of(string path, ParameterSource source, TransformerConfig config, TokenEmbeddings embeddings) => embeddings is AdaptiveEmbeddings adaptive
        ? new AdaptiveSoftmax(path, source, config, adaptive)
        : new OutputLayer(path, source, config, config.TiesOutput ? embeddings.Weight : null);

    /// <summary>Turns states into logits: <c>[…, width]</c> to <c>[…, vocabulary]</c>.</summary>
    /// <param name="states">The states.</param>
    /// <param name="adapter">The task's adapter; null for none.</param>
    /// <param name="isPacked">Whether weights packed for speed may be used: no gradients will be asked for.</param>
    public abstract Tensor Logits(Tensor states, Adapter? adapter, bool isPacked);

    /// <summary>Sums the cross-entropy of labels without making all logits at once: <c>[rows, width]</c> and <c>[rows]</c> to a number.</summary>
    /// <param name="states">The states, float32.</param>
    /// <param name="labels">The labels, none of them to be left out.</param>
    /// <param name="labelSmoothing">The share of probability that is spread evenly.</param>
    /// <param name="adapter">The task's adapter; null for none.</param>
    /// <returns>The sum; null where it takes the logits.</returns>
    public virtual Tensor? Loss(Tensor states, Tensor labels, double labelSmoothing, Adapter? adapter) => null;

    /// <summary>Forgets the copies packed for speed, because the weights will change.</summary>
    public abstract void Unpack();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Unpack();
        }

        base.Dispose(disposing);
    }
}
