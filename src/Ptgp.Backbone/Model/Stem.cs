using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Brings frames to a Transformer's width by two convolutions over three frames, the second of which takes every other place (Radford et al. 2022).</summary>
internal sealed class Stem : nn.Module
{
    private readonly Table first, second;
    private readonly int frameWidth;

    public Stem(string path, ParameterSource source, TransformerConfig config) : base(nameof(Stem))
    {
        frameWidth = config.FrameWidth;
        register_module("first", first = Add("first", config.FrameWidth));
        register_module("second", second = Add("second", config.Width));

        Table Add(string name, int inputs) => new($"{path}.{name}", source, [config.Width, inputs, 3], [config.Width], new(0, Math.Pow(3 * inputs, -0.5)));
    }

    /// <summary>Reads frames <c>[batch, length, frame width]</c>, of which <paramref name="mask"/> says which are none: <c>[batch, ⌈length / 2⌉, width]</c>.</summary>
    /// <exception cref="ArgumentException">The frames have another width.</exception>
    public Embedded Forward(Tensor frames, Tensor mask)
    {
        if (frames.dim() != 3 || frames.size(2) != frameWidth)
        {
            throw new ArgumentException($"The backbone reads frames [batch, length, {frameWidth}], but got [{string.Join(", ", frames.shape)}].", nameof(frames));
        }

        using var scope = NewDisposeScope();
        // Nothing is what a convolution sees beyond the end: so padding must be nothing before each, or a row's last state would depend on its neighbours.
        var real = mask.all().item<bool>() ? null : mask.unsqueeze(1).to_type(first.Weight!.dtype);                 // [batch, 1, length]
        var x = frames.transpose(1, 2).to_type(first.Weight!.dtype);
        x = nn.functional.gelu(nn.functional.conv1d(real is null ? x : x * real, first.Weight!, first.Bias, padding: 1));
        x = nn.functional.gelu(nn.functional.conv1d(real is null ? x : x * real, second.Weight!, second.Bias, stride: 2, padding: 1));
        var halved = mask[TensorIndex.Colon, TensorIndex.Slice(null, null, 2)];
        return new(x.transpose(1, 2).contiguous().MoveToOuterDisposeScope(), halved.contiguous().MoveToOuterDisposeScope());
    }
}
