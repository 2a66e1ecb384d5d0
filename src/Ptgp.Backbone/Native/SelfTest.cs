using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>Decides once a process whether an entry point of libtorch can be used. Which exist differs between systems and versions.</summary>
internal static class SelfTest
{
    /// <summary>Whether a native computation is there and equals the plain one; otherwise the plain one must do.</summary>
    /// <param name="native">The native computation.</param>
    /// <param name="plain">The plain one.</param>
    /// <param name="relative">How far they may differ, of the plain one's size; the default is for float32.</param>
    public static bool Passes(Func<Tensor> native, Func<Tensor> plain, double relative = 1e-4)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        try
        {
            return allclose(native(), plain(), relative, relative / 10);
        }
        catch (Exception fault) when (fault is DllNotFoundException or EntryPointNotFoundException or InvalidOperationException or ExternalException)
        {
            return false;
        }
    }

    /// <summary>Some numbers around zero, always the same, that take nothing from a random generator.</summary>
    public static Tensor Numbers(params long[] shape)
    {
        using Scalar none = 0, one = 1, count = shape.Aggregate(1L, (product, extent) => product * extent);
        return arange(none, count, one, dtype: ScalarType.Float32, device: CPU).mul_(tensor(2.4f)).sin_().view(shape);
    }
}
