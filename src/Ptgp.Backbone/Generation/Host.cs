using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>Reads small tensors back.</summary>
internal static class Host
{
    /// <summary>Reads a contiguous float32 tensor.</summary>
    public static float[] Floats(Tensor values) => Read<float>(values);

    /// <summary>Reads a contiguous int64 tensor.</summary>
    public static long[] Longs(Tensor values) => Read<long>(values);

    private static T[] Read<T>(Tensor values)
        where T : unmanaged
    {
        var near = values.device_type == DeviceType.CPU ? values : values.cpu();
        return MemoryMarshal.Cast<byte, T>(near.bytes).ToArray();
    }
}
