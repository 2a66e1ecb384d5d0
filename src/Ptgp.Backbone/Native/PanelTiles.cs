using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ptgp.Backbone.Native;

/// <summary>The innermost products of <see cref="PanelLinear"/>: some rows, three panels of 16 outputs. An input's numbers of eight rows lie together, <c>[inputs, 8]</c>; what they give is added to sums, <c>[rows, 3, 16]</c>.</summary>
/// <remarks>Written out, so that all sums stay in registers: eight rows take 24 of 32.</remarks>
internal static unsafe class PanelTiles
{
    /// <summary>How many outputs a panel has.</summary>
    public const int Wide = 16;

    /// <summary>How many panels are multiplied at once.</summary>
    public const int Panels = 3;

    /// <summary>How many rows lie together.</summary>
    public const int Rows = 8;

    /// <summary>Lays rows <c>[rows, inputs]</c> by eight, <c>[tiles, inputs, 8]</c>; what rows are missing in the last tile becomes 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(float* from, int rows, int inputs, float* to)
    {
        var row = 0;
        for (; row <= rows - Rows; row += Rows, from += (long)Rows * inputs, to += (long)Rows * inputs)
        {
            var at = 0;
            for (; at <= inputs - Rows; at += Rows)
            {
                TurnSquare(from + at, inputs, to + ((long)at * Rows));
            }

            for (; at < inputs; at++)
            {
                for (var i = 0; i < Rows; i++)
                {
                    to[((long)at * Rows) + i] = from[((long)i * inputs) + at];
                }
            }
        }

        if (row < rows)
        {
            for (var at = 0; at < inputs; at++)
            {
                for (var i = 0; i < Rows; i++)
                {
                    to[((long)at * Rows) + i] = row + i < rows ? from[((long)i * inputs) + at] : 0;
                }
            }
        }
    }

    /// <summary>Eight rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight(float* x, float* a, float* b, float* c, int inputs, float* sums)
    {
        Vector512<float> a0 = Vector512<float>.Zero, a1 = Vector512<float>.Zero, a2 = Vector512<float>.Zero, a3 = Vector512<float>.Zero, a4 = Vector512<float>.Zero, a5 = Vector512<float>.Zero, a6 = Vector512<float>.Zero, a7 = Vector512<float>.Zero;
        Vector512<float> b0 = Vector512<float>.Zero, b1 = Vector512<float>.Zero, b2 = Vector512<float>.Zero, b3 = Vector512<float>.Zero, b4 = Vector512<float>.Zero, b5 = Vector512<float>.Zero, b6 = Vector512<float>.Zero, b7 = Vector512<float>.Zero;
        Vector512<float> c0 = Vector512<float>.Zero, c1 = Vector512<float>.Zero, c2 = Vector512<float>.Zero, c3 = Vector512<float>.Zero, c4 = Vector512<float>.Zero, c5 = Vector512<float>.Zero, c6 = Vector512<float>.Zero, c7 = Vector512<float>.Zero;
        for (var end = x + ((long)inputs * Rows); x < end; x += Rows, a += Wide, b += Wide, c += Wide)
        {
            var (first, second, third) = (Vector512.Load(a), Vector512.Load(b), Vector512.Load(c));
            var one = Vector512.Create(x[0]);
            a0 = Vector512.FusedMultiplyAdd(one, first, a0);
            b0 = Vector512.FusedMultiplyAdd(one, second, b0);
            c0 = Vector512.FusedMultiplyAdd(one, third, c0);
            one = Vector512.Create(x[1]);
            a1 = Vector512.FusedMultiplyAdd(one, first, a1);
            b1 = Vector512.FusedMultiplyAdd(one, second, b1);
            c1 = Vector512.FusedMultiplyAdd(one, third, c1);
            one = Vector512.Create(x[2]);
            a2 = Vector512.FusedMultiplyAdd(one, first, a2);
            b2 = Vector512.FusedMultiplyAdd(one, second, b2);
            c2 = Vector512.FusedMultiplyAdd(one, third, c2);
            one = Vector512.Create(x[3]);
            a3 = Vector512.FusedMultiplyAdd(one, first, a3);
            b3 = Vector512.FusedMultiplyAdd(one, second, b3);
            c3 = Vector512.FusedMultiplyAdd(one, third, c3);
            one = Vector512.Create(x[4]);
            a4 = Vector512.FusedMultiplyAdd(one, first, a4);
            b4 = Vector512.FusedMultiplyAdd(one, second, b4);
            c4 = Vector512.FusedMultiplyAdd(one, third, c4);
            one = Vector512.Create(x[5]);
            a5 = Vector512.FusedMultiplyAdd(one, first, a5);
            b5 = Vector512.FusedMultiplyAdd(one, second, b5);
            c5 = Vector512.FusedMultiplyAdd(one, third, c5);
            one = Vector512.Create(x[6]);
            a6 = Vector512.FusedMultiplyAdd(one, first, a6);
            b6 = Vector512.FusedMultiplyAdd(one, second, b6);
            c6 = Vector512.FusedMultiplyAdd(one, third, c6);
            one = Vector512.Create(x[7]);
            a7 = Vector512.FusedMultiplyAdd(one, first, a7);
            b7 = Vector512.FusedMultiplyAdd(one, second, b7);
            c7 = Vector512.FusedMultiplyAdd(one, third, c7);
        }

        Add(a0, b0, c0, sums + (0 * Panels * Wide));
        Add(a1, b1, c1, sums + (1 * Panels * Wide));
        Add(a2, b2, c2, sums + (2 * Panels * Wide));
        Add(a3, b3, c3, sums + (3 * Panels * Wide));
        Add(a4, b4, c4, sums + (4 * Panels * Wide));
        Add(a5, b5, c5, sums + (5 * Panels * Wide));
        Add(a6, b6, c6, sums + (6 * Panels * Wide));
        Add(a7, b7, c7, sums + (7 * Panels * Wide));
    }

    /// <summary>The first four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Four(float* x, float* a, float* b, float* c, int inputs, float* sums)
    {
        Vector512<float> a0 = Vector512<float>.Zero, a1 = Vector512<float>.Zero, a2 = Vector512<float>.Zero, a3 = Vector512<float>.Zero;
        Vector512<float> b0 = Vector512<float>.Zero, b1 = Vector512<float>.Zero, b2 = Vector512<float>.Zero, b3 = Vector512<float>.Zero;
        Vector512<float> c0 = Vector512<float>.Zero, c1 = Vector512<float>.Zero, c2 = Vector512<float>.Zero, c3 = Vector512<float>.Zero;
        for (var end = x + ((long)inputs * Rows); x < end; x += Rows, a += Wide, b += Wide, c += Wide)
        {
            var (first, second, third) = (Vector512.Load(a), Vector512.Load(b), Vector512.Load(c));
            var one = Vector512.Create(x[0]);
            a0 = Vector512.FusedMultiplyAdd(one, first, a0);
            b0 = Vector512.FusedMultiplyAdd(one, second, b0);
            c0 = Vector512.FusedMultiplyAdd(one, third, c0);
            one = Vector512.Create(x[1]);
            a1 = Vector512.FusedMultiplyAdd(one, first, a1);
            b1 = Vector512.FusedMultiplyAdd(one, second, b1);
            c1 = Vector512.FusedMultiplyAdd(one, third, c1);
            one = Vector512.Create(x[2]);
            a2 = Vector512.FusedMultiplyAdd(one, first, a2);
            b2 = Vector512.FusedMultiplyAdd(one, second, b2);
            c2 = Vector512.FusedMultiplyAdd(one, third, c2);
            one = Vector512.Create(x[3]);
            a3 = Vector512.FusedMultiplyAdd(one, first, a3);
            b3 = Vector512.FusedMultiplyAdd(one, second, b3);
            c3 = Vector512.FusedMultiplyAdd(one, third, c3);
        }

        Add(a0, b0, c0, sums + (0 * Panels * Wide));
        Add(a1, b1, c1, sums + (1 * Panels * Wide));
        Add(a2, b2, c2, sums + (2 * Panels * Wide));
        Add(a3, b3, c3, sums + (3 * Panels * Wide));
    }

    /// <summary>The first row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(float* x, float* a, float* b, float* c, int inputs, float* sums)
    {
        var a0 = Vector512<float>.Zero;
        var b0 = Vector512<float>.Zero;
        var c0 = Vector512<float>.Zero;
        for (var end = x + ((long)inputs * Rows); x < end; x += Rows, a += Wide, b += Wide, c += Wide)
        {
            var (first, second, third) = (Vector512.Load(a), Vector512.Load(b), Vector512.Load(c));
            var one = Vector512.Create(x[0]);
            a0 = Vector512.FusedMultiplyAdd(one, first, a0);
            b0 = Vector512.FusedMultiplyAdd(one, second, b0);
            c0 = Vector512.FusedMultiplyAdd(one, third, c0);
        }

        Add(a0, b0, c0, sums + (0 * Panels * Wide));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector512<float> first, Vector512<float> second, Vector512<float> third, float* to)
    {
        (first + Vector512.Load(to)).Store(to);
        (second + Vector512.Load(to + Wide)).Store(to + Wide);
        (third + Vector512.Load(to + (2 * Wide))).Store(to + (2 * Wide));
    }

    // Eight rows of eight numbers to eight of the same, turned.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnSquare(float* from, long step, float* to)
    {
        var (r0, r1, r2, r3) = (Vector256.Load(from), Vector256.Load(from + step), Vector256.Load(from + (2 * step)), Vector256.Load(from + (3 * step)));
        var (r4, r5, r6, r7) = (Vector256.Load(from + (4 * step)), Vector256.Load(from + (5 * step)), Vector256.Load(from + (6 * step)), Vector256.Load(from + (7 * step)));
        // Pairs of rows, then fours, then all eight.
        var (p0, p1, p2, p3) = (Avx.UnpackLow(r0, r1), Avx.UnpackHigh(r0, r1), Avx.UnpackLow(r2, r3), Avx.UnpackHigh(r2, r3));
        var (p4, p5, p6, p7) = (Avx.UnpackLow(r4, r5), Avx.UnpackHigh(r4, r5), Avx.UnpackLow(r6, r7), Avx.UnpackHigh(r6, r7));
        var (q0, q1, q2, q3) = (Avx.Shuffle(p0, p2, 0x44), Avx.Shuffle(p0, p2, 0xEE), Avx.Shuffle(p1, p3, 0x44), Avx.Shuffle(p1, p3, 0xEE));
        var (q4, q5, q6, q7) = (Avx.Shuffle(p4, p6, 0x44), Avx.Shuffle(p4, p6, 0xEE), Avx.Shuffle(p5, p7, 0x44), Avx.Shuffle(p5, p7, 0xEE));
        Avx.Permute2x128(q0, q4, 0x20).Store(to);
        Avx.Permute2x128(q1, q5, 0x20).Store(to + 8);
        Avx.Permute2x128(q2, q6, 0x20).Store(to + 16);
        Avx.Permute2x128(q3, q7, 0x20).Store(to + 24);
        Avx.Permute2x128(q0, q4, 0x31).Store(to + 32);
        Avx.Permute2x128(q1, q5, 0x31).Store(to + 40);
        Avx.Permute2x128(q2, q6, 0x31).Store(to + 48);
        Avx.Permute2x128(q3, q7, 0x31).Store(to + 56);
    }
}
