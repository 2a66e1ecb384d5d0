using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>A linear layer for inference alone.</summary>
public sealed class PackedLinear : IDisposable
{
    private readonly Tensor weight;
    private readonly Tensor? bias;

    private PackedLinear(Tensor weight, Tensor? bias) => (this.weight, this.bias) = (weight, bias);

    /// <summary>Packs weights <c>[outputs, inputs]</c> and a bias.</summary>
    public static PackedLinear Create(Tensor weight, Tensor? bias)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return new(weight.alias().DetachFromDisposeScope(), bias?.alias().DetachFromDisposeScope());
    }

    /// <summary><c>[…, inputs]</c> to <c>[…, outputs]</c>.</summary>
    public Tensor Forward(Tensor x) => nn.functional.linear(x, weight, bias);

    /// <inheritdoc />
    public void Dispose()
    {
        weight.Dispose();
        bias?.Dispose();
    }
}
