using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// Dropout (Srivastava et al. 2014) on the CPU, whose lots are drawn eight at a time by xoshiro128++ (Blackman and Vigna 2021): libtorch draws one after the other, which was a fifteenth of a training's step.
/// Where the lots begin is drawn from libtorch's own stream, so that a seed or a state of that fixes them.
/// </summary>
internal static unsafe class NearDropout
{
    private const int Words = 4;

    private static readonly long[] one = [1];

    private static int Wide => Vector256<uint>.Count;

    /// <summary>Whether it is for such a tensor.</summary>
    public static bool Fits(Tensor x) => x.device_type == DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16;

    /// <summary>Sets a share of the numbers to 0 by lot, and multiplies the others so that their sum stays what it was on average. Gradients pass where numbers stay.</summary>
    /// <param name="x">Float32 or bfloat16, of any shape.</param>
    /// <param name="share">From 0 to below 1.</param>
    public static Tensor Drop(Tensor x, double share)
    {
        using var scope = NewDisposeScope();
        return x.mul(Mask(x.shape, share).to_type(x.dtype)).MoveToOuterDisposeScope();
    }

    // Float32: 0, or what numbers that stay are multiplied by.
    private static Tensor Mask(long[] shape, double share)
    {
        var mask = empty(shape, ScalarType.Float32);
        using var seed = randint(0, long.MaxValue, one, ScalarType.Int64);
        Fill(new((float*)TensorMemory.Of(mask), checked((int)mask.NumberOfElements)), (ulong)*(long*)TensorMemory.Of(seed), (uint)(share * uint.MaxValue), (float)(1 / (1 - share)));
        // Only its address was used above, which keeps it from nothing.
        GC.KeepAlive(seed);
        return mask;
    }

    private static void Fill(Span<float> mask, ulong seed, uint threshold, float kept)
    {
        Span<uint> states = stackalloc uint[Words * Vector256<uint>.Count];
        foreach (ref var state in states)
        {
            state = Next(ref seed);
        }

        var (a, b, c, d) = (Vector256.Create<uint>(states), Vector256.Create<uint>(states[Wide..]), Vector256.Create<uint>(states[(2 * Wide)..]), Vector256.Create<uint>(states[(3 * Wide)..]));
        var (least, value) = (Vector256.Create(threshold), Vector256.Create(kept).AsUInt32());
        Span<float> last = stackalloc float[Wide];
        for (var at = 0; at < mask.Length; at += Wide)
        {
            var drawn = Turn(a + d, 7) + a;
            var shifted = b << 9;
            c ^= a;
            d ^= b;
            b ^= c;
            a ^= d;
            c ^= shifted;
            d = Turn(d, 11);
            var made = (Vector256.GreaterThanOrEqual(drawn, least) & value).AsSingle();
            if (at + Wide <= mask.Length)
            {
                made.CopyTo(mask[at..]);
            }
            else
            {
                made.CopyTo(last);
                last[..(mask.Length - at)].CopyTo(mask[at..]);
            }
        }
    }

    private static Vector256<uint> Turn(Vector256<uint> words, int by) => (words << by) | (words >>> (32 - by));

    // SplitMix64 (Steele et al. 2014), which spreads a seed over the states.
    private static uint Next(ref ulong seed)
    {
        seed += 0x9E3779B97F4A7C15;
        var mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (uint)(mixed >> 32);
    }
}
