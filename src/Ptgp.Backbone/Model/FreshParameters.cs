using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Draws fresh parameters, or, on the <c>meta</c> device, none at all: there only names and shapes exist.</summary>
public sealed class FreshParameters : ParameterSource
{
    private readonly Generator? generator;

    /// <summary>Initializes a source of normally distributed parameters.</summary>
    public FreshParameters(int seed = 0, Device? device = null)
    {
        Device = device ?? CPU;
        generator = Device.type == DeviceType.META ? null : new Generator((ulong)seed, CPU);
    }

    /// <inheritdoc />
    public override Device Device { get; }

    /// <inheritdoc />
    public override bool IsTrainable => generator is not null;

    /// <summary>Gets the names and shapes asked for so far.</summary>
    public IDictionary<string, long[]> Shapes { get; } = new SortedDictionary<string, long[]>(StringComparer.Ordinal);

    /// <inheritdoc />
    public override Tensor Get(string name, long[] shape, Initialization initialization)
    {
        Shapes.Add(name, shape);
        if (generator is null)
        {
            return empty(shape, device: Device);
        }

        using var scope = NewDisposeScope();
        using Scalar mean = initialization.Mean;
        var drawn = initialization.Deviation == 0
            ? full(shape, mean, float32)
            : empty(shape, float32, CPU).normal_(initialization.Mean, initialization.Deviation, generator);
        return drawn.to(Device).MoveToOuterDisposeScope();
    }
}
