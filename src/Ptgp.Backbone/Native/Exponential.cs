using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ptgp.Backbone.Native;

/// <summary>The exponential function in single precision, within two units of the last place: some three times as fast as the runtime's own, which passes through double precision.</summary>
internal static class Exponential
{
    // Below this the result is no normal number, and 0 is said.
    private const float Least = -87.33f, Most = 88.37f;

    // ln 2 in two parts, of which the first has so few digits that its product with an exponent is exact (Cody and Waite 1980).
    private const float UpperLog2 = 0.693359375f, LowerLog2 = -2.12194440e-4f;

    /// <summary>Computes e to the power of each number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Of(Vector256<float> x)
    {
        var bounded = Vector256.Min(Vector256.Max(x, Vector256.Create(Least)), Vector256.Create(Most));
        var exponent = Vector256.Round(bounded * Vector256.Create(1.44269504f));
        var rest = Vector256.FusedMultiplyAdd(exponent, Vector256.Create(-UpperLog2), bounded);
        rest = Vector256.FusedMultiplyAdd(exponent, Vector256.Create(-LowerLog2), rest);
        // Of |rest| at most ln 2 / 2, the Taylor series with its last terms bent for this range.
        var sum = Vector256.Create(1.9875691500e-4f);
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(1.3981999507e-3f));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(8.3334519073e-3f));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(4.1665795894e-2f));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(1.6666665459e-1f));
        sum = Vector256.FusedMultiplyAdd(sum, rest, Vector256.Create(0.5f));
        sum = Vector256.FusedMultiplyAdd(sum, rest * rest, rest) + Vector256<float>.One;
        var power = ((Vector256.ConvertToInt32(exponent) + Vector256.Create(127)) << 23).AsSingle();
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(Least)), Vector256<float>.Zero, sum * power);
    }
}
