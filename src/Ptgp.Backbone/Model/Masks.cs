using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What is added to attention scores to hide, and where rows hold data.</summary>
internal static class Masks
{
    /// <summary>Makes what hides padding, <c>[batch, 1, 1, length]</c>; null when there is nothing to hide.</summary>
    /// <param name="mask">True where there is data, <c>[batch, length]</c>.</param>
    public static Tensor? Hide(Tensor mask) =>
        mask.all().item<bool>() ? null : zeros(mask.shape, float32, mask.device).masked_fill(~mask, Transformer.Masked).unsqueeze(1).unsqueeze(1);

    /// <summary>Makes what hides from each place those after it, <c>[length, length]</c>.</summary>
    public static Tensor Future(int length, Device device) => full([length, length], Transformer.Masked, float32, device).triu(1);

    /// <summary>Finds the last place of each row that holds data, <c>[batch, 1]</c>.</summary>
    public static Tensor LastOf(Tensor mask) => (mask.to_type(ScalarType.Int64) * Ops.Range(1, mask.size(1) + 1, mask.device)).argmax(1, true);
}
