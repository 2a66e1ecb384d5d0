using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>One input that a backbone has read, kept on its device.</summary>
internal sealed class EncodedInput : IEncodedInput
{
    private readonly Lock gate = new();
    private readonly Tensor states;
    private bool isDisposed;

    /// <summary>Keeps one row of a batch, without its padding.</summary>
    /// <param name="features">What was read.</param>
    /// <param name="encoded">The batch.</param>
    /// <param name="row">The row.</param>
    public EncodedInput(Features features, EncodedStates encoded, int row)
    {
        Features = features;
        encoded = BehindPrompt.Memory(encoded);
        IsCausal = encoded.IsCausal;
        Length = (int)encoded.Mask[row].sum().item<long>();
        // A decoder that stands alone reads again what it writes on from.
        states = (IsCausal ? encoded.Input.States : encoded.States)[row].narrow(0, 0, Length).clone().DetachFromDisposeScope();
    }

    public Features Features { get; }

    public bool IsCausal { get; }

    public int Length { get; }

    /// <summary>Pads inputs to a batch again.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="transformer">The weights that write to them.</param>
    /// <param name="adapter">The task's deltas.</param>
    /// <exception cref="ObjectDisposedException">One of them is disposed.</exception>
    public static EncodedStates Batch(IReadOnlyList<EncodedInput> inputs, Transformer transformer, Adapter? adapter)
    {
        var length = inputs.Max(input => input.Length);
        var padded = stack(inputs.Select(input => input.Padded(length)));                        // [batch, length, width]
        var mask = tensor(inputs.SelectMany(input => Enumerable.Range(0, length).Select(at => at < input.Length)).ToArray(), device: padded.device).view(inputs.Count, length);
        return inputs[0].IsCausal ? transformer.Encode(new(padded, mask), adapter) : new(new(padded, mask), mask, isCausal: false, () => padded);
    }

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            states.Dispose();
        }
    }

    // A copy, so that a caller who disposes his input while it is written to does no harm.
    private Tensor Padded(int length)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            return nn.functional.pad(states, [0, 0, 0, length - Length]);
        }
    }
}
