using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Brings frames to a Transformer's width by two convolutions over three frames, the second of which takes every other place (Radford et al. 2022).</summary>
internal sealed class Stem : nn.Module
{
    private readonly Parameter firstWeight, firstBias, secondWeight, secondBias;
    private readonly int frameWidth;

    public Stem(string path, ParameterSource source, TransformerConfig config) : base(nameof(Stem))
    {
        frameWidth = config.FrameWidth;
        (firstWeight, firstBias) = Add("first", config.FrameWidth);
        (secondWeight, secondBias) = Add("second", config.Width);

        (Parameter Weight, Parameter Bias) Add(string name, int inputs)
        {
            var drawn = new Initialization(0, Math.Pow(3 * inputs, -0.5));
            var weight = new Parameter(source.Get($"{path}.{name}.weight", [config.Width, inputs, 3], drawn), source.IsTrainable);
            var bias = new Parameter(source.Get($"{path}.{name}.bias", [config.Width], Initialization.Zeros), source.IsTrainable);
            register_parameter($"{name}_weight", weight);
            register_parameter($"{name}_bias", bias);
            return (weight, bias);
        }
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
        var real = mask.all().item<bool>() ? null : mask.unsqueeze(1).to_type(firstWeight.dtype);                 // [batch, 1, length]
        var x = frames.transpose(1, 2).to_type(firstWeight.dtype);
        x = nn.functional.gelu(nn.functional.conv1d(real is null ? x : x * real, firstWeight, firstBias, padding: 1));
        x = nn.functional.gelu(nn.functional.conv1d(real is null ? x : x * real, secondWeight, secondBias, stride: 2, padding: 1));
        var halved = mask[TensorIndex.Colon, TensorIndex.Slice(null, null, 2)];
        return new(x.transpose(1, 2).contiguous().MoveToOuterDisposeScope(), halved.contiguous().MoveToOuterDisposeScope());
    }
}
