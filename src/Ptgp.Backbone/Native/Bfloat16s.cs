using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ptgp.Backbone.Native;

/// <summary>Numbers stored in bfloat16: the upper half of float32.</summary>
internal readonly unsafe struct Bfloat16s : IStored<ushort>
{
    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(ushort* from) => (Vector256.WidenLower(Vector128.Load(from).ToVector256Unsafe()) << 16).AsSingle();

    /// <inheritdoc />
    public static float Get(ushort* from) => BitConverter.UInt32BitsToSingle((uint)*from << 16);

    /// <inheritdoc />
    /// <remarks>Rounded to the nearest, halves to the even one; what is no number stays none.</remarks>
    public static void Put(ushort* to, float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        *to = float.IsNaN(number) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Reads any number of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ushort* from, int count, float* to)
    {
        var at = 0;
        for (; at <= count - Vector256<float>.Count; at += Vector256<float>.Count)
        {
            Load(from + at).Store(to + at);
        }

        for (; at < count; at++)
        {
            to[at] = Get(from + at);
        }
    }
}
