using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Draws fresh parameters, or, on the <c>meta</c> device, none at all: there only names and shapes exist.</summary>
public sealed class FreshParameters : ParameterSource
{
    private readonly Generator? generator;

    /// <summary>Initializes a source of random parameters.</summary>
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
        var (middle, deviation, isUniform) = initialization;
        using Scalar mean = middle;
        var drawn = deviation == 0 ? full(shape, mean, float32)
            : isUniform ? empty(shape, float32, CPU).uniform_(middle - (Math.Sqrt(3) * deviation), middle + (Math.Sqrt(3) * deviation), generator)
            : empty(shape, float32, CPU).normal_(middle, deviation, generator);
        return drawn.to(Device).MoveToOuterDisposeScope();
    }
}
