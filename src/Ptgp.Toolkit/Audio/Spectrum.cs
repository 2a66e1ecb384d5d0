using System.Numerics;

namespace Ptgp.Toolkit.Audio;

/// <summary>The power spectrum of real values, several rows of them at a time: a lane of the vectors is a row.</summary>
/// <remarks>Safe to use from many threads.</remarks>
internal sealed class Spectrum
{
    private readonly int half;
    private readonly int[] factors;
    private readonly double[] cosines, sines;                     // of 2πk / size

    /// <summary>Prepares for rows of some length, which must be even. It is fast where the length has small factors only.</summary>
    public Spectrum(int size)
    {
        half = size / 2;
        factors = [.. Factors(half)];
        cosines = [.. Enumerable.Range(0, size).Select(k => Math.Cos(2 * Math.PI * k / size))];
        sines = [.. Enumerable.Range(0, size).Select(k => Math.Sin(2 * Math.PI * k / size))];
    }

    /// <summary>Gets how many places <see cref="Power"/> works in.</summary>
    public int Scratch => 4 * half;

    /// <summary>Computes the squared magnitudes of the frequencies from 0 to half the rate.</summary>
    /// <param name="rows">The values: <c>[size]</c>.</param>
    /// <param name="power">Where to write the squares: <c>[size / 2 + 1]</c>.</param>
    /// <param name="scratch">A place to work in, of <see cref="Scratch"/> values.</param>
    public void Power(ReadOnlySpan<Vector<double>> rows, Span<Vector<double>> power, Span<Vector<double>> scratch)
    {
        // Two real values make a complex one: half the work. What belongs to which is told apart by its symmetry.
        var real = scratch[..half];
        var imaginary = scratch[half..(2 * half)];
        Transform(0, half, 0, 1, rows, real, imaginary, scratch[(2 * half)..(3 * half)], scratch[(3 * half)..]);
        var quarter = new Vector<double>(0.25);
        for (var k = 0; k <= half; k++)
        {
            var (here, there) = (k % half, (half - k) % half);
            var (evenReal, evenImaginary) = (real[here] + real[there], imaginary[here] - imaginary[there]);
            var (oddReal, oddImaginary) = (imaginary[here] + imaginary[there], real[there] - real[here]);
            var (cosine, sine) = (new Vector<double>(cosines[k]), new Vector<double>(sines[k]));
            var sumReal = evenReal + (cosine * oddReal) + (sine * oddImaginary);
            var sumImaginary = evenImaginary + (cosine * oddImaginary) - (sine * oddReal);
            power[k] = quarter * ((sumReal * sumReal) + (sumImaginary * sumImaginary));
        }
    }

    // Every stride-th value from first on, by Cooley and Tukey: the transforms of its interleaved parts, and sums of them.
    private void Transform(
        int level, int length, int first, int stride, ReadOnlySpan<Vector<double>> rows,
        Span<Vector<double>> real, Span<Vector<double>> imaginary, Span<Vector<double>> partReal, Span<Vector<double>> partImaginary)
    {
        if (length == 1)
        {
            (real[0], imaginary[0]) = (rows[2 * first], rows[(2 * first) + 1]);
            return;
        }

        var (parts, size) = (factors[level], length / factors[level]);
        for (var part = 0; part < parts; part++)
        {
            var at = part * size;
            Transform(level + 1, size, first + (part * stride), stride * parts, rows, partReal.Slice(at, size), partImaginary.Slice(at, size), real.Slice(at, size), imaginary.Slice(at, size));
        }

        for (var (k, inside, turn) = (0, 0, 0); k < length; k++, inside++, turn += cosines.Length / length)
        {
            inside = inside < size ? inside : 0;
            var (sumReal, sumImaginary) = (partReal[inside], partImaginary[inside]);
            for (var (at, angle) = (inside + size, turn); at < length; at += size, angle += turn)
            {
                angle = angle < cosines.Length ? angle : angle - cosines.Length;
                var (cosine, sine) = (new Vector<double>(cosines[angle]), new Vector<double>(sines[angle]));
                sumReal += (cosine * partReal[at]) + (sine * partImaginary[at]);
                sumImaginary += (cosine * partImaginary[at]) - (sine * partReal[at]);
            }

            (real[k], imaginary[k]) = (sumReal, sumImaginary);
        }
    }

    private static IEnumerable<int> Factors(int number)
    {
        for (var factor = 2; number > 1; factor++)
        {
            for (; number % factor == 0; number /= factor)
            {
                yield return factor;
            }
        }
    }
}
