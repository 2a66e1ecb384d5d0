using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ptgp.Backbone.Native;

/// <summary>Rounds numbers to 8 bits, with a scale for each row, so that its greatest is 127.</summary>
internal static unsafe class RowRounding
{
    public const int Most = 127;

    /// <summary>What they are raised by, to be stored from 1 to 255: products of unsigned by signed numbers are what processors have. What that adds is taken away again.</summary>
    public const int Shift = 128;

    /// <summary>Rounds rows.</summary>
    /// <param name="from">The rows, one after the other.</param>
    /// <param name="inputs">How many numbers a row has.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="rowScales">Where the scale of each row goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(float* from, int inputs, byte* to, float[] rowScales)
    {
        var wide = Vector256<float>.Count;
        for (var row = 0; row < rowScales.Length; row++, from += inputs, to += inputs)
        {
            var most = Vector256<float>.Zero;
            var at = 0;
            for (; at <= inputs - wide; at += wide)
            {
                most = Vector256.Max(most, Vector256.Abs(Vector256.Load(from + at)));
            }

            var greatest = 0f;
            for (var i = 0; i < wide; i++)
            {
                greatest = MathF.Max(greatest, most[i]);
            }

            for (; at < inputs; at++)
            {
                greatest = MathF.Max(greatest, MathF.Abs(from[at]));
            }

            rowScales[row] = greatest / Most;
            var share = greatest > 0 ? Most / greatest : 0;
            var shares = Vector256.Create(share);
            for (at = 0; at <= inputs - (4 * wide); at += 4 * wide)
            {
                Vector256.Narrow(
                    Vector256.Narrow(Rounded(from + at, shares), Rounded(from + at + wide, shares)),
                    Vector256.Narrow(Rounded(from + at + (2 * wide), shares), Rounded(from + at + (3 * wide), shares))).AsByte().Store(to + at);
            }

            for (; at < inputs; at++)
            {
                to[at] = (byte)(MathF.Round(from[at] * share) + Shift);
            }
        }
    }

    private static Vector256<int> Rounded(float* from, Vector256<float> shares) => Vector256.ConvertToInt32(Vector256.Round(Vector256.Load(from) * shares)) + Vector256.Create(Shift);
}
