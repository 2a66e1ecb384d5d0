using System.Numerics;
using System.Runtime.InteropServices;

namespace Ptgp.Toolkit.Audio;

/// <summary>
/// Sound at another sampling rate: each sample is a sum of those around it, weighted by a sinc in a Kaiser window, which cuts what the lower of the
/// two rates cannot hold. It gives <c>⌈samples · to / from⌉</c> samples.
/// </summary>
/// <remarks>
/// To a lower rate the cut is steep and lies below half of it, because what is left above would fold back. To a higher one nothing folds: there the cut lies at
/// half the source's rate and is less steep, as that of the resamplers by which checkpoints were taught.
/// </remarks>
public sealed class Resampler : AudioSource
{
    private const double Shape = 12;                              // of the window: what must go is 118 dB down
    private const int MostWeights = 1 << 19;

    private readonly AudioSource source;
    private readonly int half;                                    // how many samples on each side count
    private readonly int phases;                                  // for how many places between two samples there are weights
    private readonly float[] weights;                             // [phases + 1, 2 · half]
    private readonly long step, parts;                            // from one place to the next, in 1 / parts of a sample of the source
    private float[] held;
    private int count;
    private long first;                                           // of the source's samples, the one held first
    private long whole, part;                                     // the place of the next sample: whole + part / parts
    private long length = long.MaxValue;                          // how many samples the source has, once it is known

    private Resampler(AudioSource source, int rate)
    {
        (this.source, Rate) = (source, rate);
        var common = (int)BigInteger.GreatestCommonDivisor(source.Rate, rate);
        (step, parts) = (source.Rate / common, rate / common);
        // How far the weights reach on each side, and where they cut, as a part of half the lower rate.
        var (crossings, rolloff) = rate > source.Rate ? (24, 1.0) : (64, 0.95);
        var cut = Math.Min(1.0, rate / (double)source.Rate) * rolloff;
        half = (int)Math.Ceiling(crossings / cut);
        phases = (int)Math.Min(parts, MostWeights / (2 * half));
        weights = Weights(phases, half, cut, crossings);
        (held, count, first) = (new float[(4 * half) + (1 << 13)], half, -half);
    }

    /// <inheritdoc />
    public override int Rate { get; }

    /// <inheritdoc />
    public override string? Remark => source.Remark;

    /// <summary>Gives sound at some rate, which it may be at already.</summary>
    /// <param name="source">The sound; it is closed with what is returned.</param>
    /// <param name="rate">The rate wanted, in samples a second.</param>
    public static AudioSource To(AudioSource source, int rate)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1);
        return source.Rate == rate ? source : new Resampler(source, rate);
    }

    /// <inheritdoc />
    public override int Read(Span<float> samples)
    {
        var given = 0;
        for (; given < samples.Length; given++)
        {
            Fetch(whole + half);
            if (whole >= length)
            {
                break;
            }

            samples[given] = Sample();
            (whole, part) = (whole + ((part + step) / parts), (part + step) % parts);
        }

        return given;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        source.Dispose();
        base.Dispose(disposing);
    }

    // Where there are no weights for the very place, between those of its two neighbours.
    private float Sample()
    {
        var around = held.AsSpan((int)(whole - half + 1 - first), 2 * half);
        var place = part * phases;
        var (phase, rest) = ((int)(place / parts), place % parts / (float)parts);
        var sum = Dot(around, weights.AsSpan(phase * around.Length, around.Length));
        return rest == 0 ? sum : sum + (rest * (Dot(around, weights.AsSpan((phase + 1) * around.Length, around.Length)) - sum));
    }

    // Holds the source up to some sample; behind its end there is silence.
    private void Fetch(long last)
    {
        while (first + count <= last)
        {
            if (held.Length - count < half)
            {
                var gone = (int)Math.Clamp(whole - half + 1 - first, 0, count);
                held.AsSpan(gone, count - gone).CopyTo(held);
                (first, count) = (first + gone, count - gone);
                if (held.Length - count < half)
                {
                    Array.Resize(ref held, count + (2 * half));
                }
            }

            var read = length < long.MaxValue ? 0 : source.Read(held.AsSpan(count));
            if (read == 0)
            {
                length = Math.Min(length, first + count);
                read = (int)Math.Min(held.Length - count, last + 1 - first - count);
                held.AsSpan(count, read).Clear();
            }

            count += read;
        }
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var manyA = MemoryMarshal.Cast<float, Vector<float>>(a);
        var manyB = MemoryMarshal.Cast<float, Vector<float>>(b);
        var sums = Vector<float>.Zero;
        for (var i = 0; i < manyA.Length; i++)
        {
            sums += manyA[i] * manyB[i];
        }

        var sum = Vector.Sum(sums);
        for (var i = manyA.Length * Vector<float>.Count; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static float[] Weights(int phases, int half, double cut, int crossings)
    {
        var weights = new float[(phases + 1) * 2 * half];
        for (var i = 0; i < weights.Length; i++)
        {
            var (phase, tap) = (i / (2 * half), i % (2 * half));
            var distance = (tap - half + 1 - (phase / (double)phases)) * cut;              // in zero crossings
            var inside = 1 - (distance / crossings * (distance / crossings));
            weights[i] = inside < 0 ? 0 : (float)(cut * Sinc(distance) * Bessel(Shape * Math.Sqrt(inside)) / Bessel(Shape));
        }

        return weights;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

    // The modified function of the first kind, of order 0.
    private static double Bessel(double x)
    {
        var (sum, term) = (1.0, 1.0);
        for (var k = 1; term > sum * 1e-17; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }

        return sum;
    }
}
