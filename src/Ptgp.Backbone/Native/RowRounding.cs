using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ptgp.Backbone.Native;

/// <summary>Rounds numbers to 8 bits, from 0 to 255, with a scale and a zero for each row: its least and its greatest number, and 0, are held, so that rows of numbers of one sign lose nothing to the other.</summary>
internal static unsafe class RowRounding
{
    private const int Most = 255;

    /// <summary>Rounds rows.</summary>
    /// <param name="from">The rows, one after the other.</param>
    /// <param name="inputs">How many numbers a row has.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="rows">Where the scale and the zero of each row go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(float* from, int inputs, byte* to, Row[] rows)
    {
        var wide = Vector256<float>.Count;
        for (var row = 0; row < rows.Length; row++, from += inputs, to += inputs)
        {
            var (low, high) = (Vector256<float>.Zero, Vector256<float>.Zero);
            var at = 0;
            for (; at <= inputs - wide; at += wide)
            {
                var numbers = Vector256.Load(from + at);
                (low, high) = (Vector256.Min(low, numbers), Vector256.Max(high, numbers));
            }

            var (least, greatest) = (0f, 0f);
            for (var i = 0; i < wide; i++)
            {
                (least, greatest) = (MathF.Min(least, low[i]), MathF.Max(greatest, high[i]));
            }

            for (; at < inputs; at++)
            {
                (least, greatest) = (MathF.Min(least, from[at]), MathF.Max(greatest, from[at]));
            }

            var share = greatest > least ? Most / (greatest - least) : 0;
            var zero = MathF.Round(-least * share);
            rows[row] = new((greatest - least) / Most, (int)zero);
            var (shares, zeros) = (Vector256.Create(share), Vector256.Create(zero));
            for (at = 0; at <= inputs - (4 * wide); at += 4 * wide)
            {
                Vector256.Narrow(
                    Vector256.Narrow(Rounded(from + at, shares, zeros), Rounded(from + at + wide, shares, zeros)),
                    Vector256.Narrow(Rounded(from + at + (2 * wide), shares, zeros), Rounded(from + at + (3 * wide), shares, zeros))).Store(to + at);
            }

            for (; at < inputs; at++)
            {
                to[at] = (byte)Math.Clamp(MathF.Round(from[at] * share) + zero, 0, Most);
            }
        }
    }

    private static Vector256<uint> Rounded(float* from, Vector256<float> shares, Vector256<float> zeros) => Vector256.ConvertToUInt32(Vector256.Min(
        Vector256.Max(Vector256.Round(Vector256.Load(from) * shares) + zeros, Vector256<float>.Zero), Vector256.Create((float)Most)));

    /// <summary>How a row was rounded.</summary>
    /// <param name="Scale">What a step is.</param>
    /// <param name="Zero">What 0 became.</param>
    public readonly record struct Row(float Scale, int Zero);
}
