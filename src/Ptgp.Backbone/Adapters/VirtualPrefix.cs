using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Learned keys and values that each layer sees before its own (prefix tuning, Li and Liang 2021): in the decoder's attention to itself, or the encoder's where there is no decoder. Positions count on after them.</summary>
public sealed class VirtualPrefix : nn.Module
{
    private readonly long heads, headWidth;
    private readonly int layers, step;

    /// <summary>Initializes a prefix.</summary>
    /// <param name="values">For each place the keys and the values of each layer, <c>[length, layers · 2 · heads · head width]</c>.</param>
    /// <param name="isDecoders">Whether it is the decoder's.</param>
    /// <param name="stack">The sizes of the stack that it is for.</param>
    /// <param name="stacks">How many stacks PEFT meant it for.</param>
    /// <param name="writesLate">See <see cref="WritesLate"/>.</param>
    internal VirtualPrefix(Tensor values, bool isDecoders, StackConfig stack, int stacks = 1, bool writesLate = false) : base(nameof(VirtualPrefix))
    {
        (Values, IsDecoders, WritesLate, heads, headWidth) = (new Parameter(values), isDecoders, writesLate, stack.KeyValueHeads ?? stack.Heads, stack.HeadWidth);
        // For encoder-decoders PEFT deals the rows out twice, and the second hand is for attention to the encoder, where it lays none down:
        // so layer i gets the keys at 4i, counted round and round, and some rows go to nobody.
        (layers, step) = (stack.Layers, 2 * stacks);
        Values.DetachFromDisposeScope();
        register_parameter(nameof(Values), Values);
    }

    /// <summary>Gets the keys and values, float32 <c>[length, layers · 2 · heads · head width]</c>.</summary>
    public Parameter Values { get; }

    /// <summary>Gets how many places come before the first.</summary>
    public int Length => (int)Values.size(0);

    /// <summary>Gets whether it is the decoder's.</summary>
    internal bool IsDecoders { get; }

    /// <summary>Gets whether a decoder that writes a token a step sees late, as under PEFT's <c>generate</c> beside an encoder: positions count from 0 though the prefix comes before them, so that of prefix and tokens together step t sees the first t + 1.</summary>
    /// <remarks>A pass over whole sequences, as in training, sees all there as here. What is written then is not what the passes say, but what PEFT writes.</remarks>
    public bool WritesLate { get; }

    /// <summary>Gets what a layer sees before its own, <c>[batch, heads, length, head width]</c> each.</summary>
    internal KeyValues Of(int layer, Tensor states)
    {
        var (width, batch) = (heads * headWidth, states.size(0));
        var first = (int)((long)step * layer % (2 * layers));
        return new(Part(first), Part(first + 1));

        Tensor Part(int at) =>
            Values.narrow(1, at * width, width).view(-1, heads, headWidth).transpose(0, 1).unsqueeze(0).expand(batch, -1, -1, -1).to_type(states.dtype);
    }
}
