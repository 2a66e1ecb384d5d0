using Ptgp.Backbone.Native;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Learned vectors that are read before every input, as if they were embeddings of tokens (prompt tuning, Lester et al. 2021): by the encoder, or by the decoder where it stands alone.</summary>
public sealed class VirtualPrompt : nn.Module
{
    internal VirtualPrompt(Tensor embeddings, int length) : base(nameof(VirtualPrompt))
    {
        (Embeddings, Length) = (new Parameter(embeddings), length);
        Embeddings.DetachFromDisposeScope();
        register_parameter(nameof(Embeddings), Embeddings);
    }

    /// <summary>Gets the vectors, float32 <c>[rows, width]</c>; those after the first <see cref="Length"/> are kept and never read.</summary>
    public Parameter Embeddings { get; }

    /// <summary>Gets how many vectors are read.</summary>
    public int Length { get; }

    /// <summary>Puts the vectors before those of an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="segment">What is added to vectors of the first text of a pair, <c>[1, width]</c>; null for nothing.</param>
    internal Embedded Before(Embedded input, Tensor? segment)
    {
        var rows = Embeddings.narrow(0, 0, Length).to_type(input.States.dtype);
        rows = (segment is null ? rows : Ops.Add(rows, segment)).unsqueeze(0).expand(input.States.size(0), -1, -1);
        return new(cat([rows, input.States], 1), Before(input.Mask));
    }

    /// <summary>Puts what is always seen before a mask, <c>[batch, length]</c>.</summary>
    internal Tensor Before(Tensor mask) => cat([ones([mask.size(0), Length], ScalarType.Bool, mask.device), mask], 1);
}
