using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ptgp.Backbone.Native;

/// <summary>Numbers stored in float32.</summary>
internal readonly unsafe struct Singles : IStored<float>
{
    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* from) => Vector256.Load(from);

    /// <inheritdoc />
    public static float Get(float* from) => *from;

    /// <inheritdoc />
    public static void Put(float* to, float number) => *to = number;
}
