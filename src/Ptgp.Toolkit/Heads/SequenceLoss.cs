using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Toolkit.Heads;

/// <summary>The loss of a sequence of labels, each one of a vocabulary or of a list of classes.</summary>
public static class SequenceLoss
{
    // It stays: one made in passing may be collected while libtorch reads it.
    private static readonly Scalar ignored = Target.Ignored;

    /// <summary>Sums the cross-entropy over all labels that are not <see cref="Target.Ignored"/>.</summary>
    /// <param name="logits"><c>[batch, labels, classes]</c>, float32.</param>
    /// <param name="labels"><c>[batch, labels]</c>.</param>
    /// <param name="labelSmoothing">The share of probability that is spread evenly over all classes, as torch has it.</param>
    public static TaskLoss Of(Tensor logits, Tensor labels, double labelSmoothing = 0)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        var sum = nn.functional.cross_entropy(
            logits.flatten(0, 1), labels.flatten(), ignore_index: Target.Ignored, reduction: nn.Reduction.Sum, label_smoothing: labelSmoothing);
        return new(sum, labels.ne(ignored).sum().item<long>());
    }
}
