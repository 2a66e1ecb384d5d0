using System.Numerics;

namespace Ptgp.Toolkit.Audio;

/// <summary>Turns sound into the log-mel frames that Whisper reads: 25 ms windows every 10 ms, in bands on Slaney's mel scale, within 80 dB of the loudest.</summary>
/// <remarks>Safe to use from many threads. Sound that is longer than memory is read through <see cref="LogMelReader"/>.</remarks>
public sealed class LogMel
{
    /// <summary>The sampling rate of the sound, in samples a second.</summary>
    public const int Rate = 16_000;

    /// <summary>How many samples one frame is after the other.</summary>
    public const int Hop = 160;

    /// <summary>How many samples a frame is made of: as many before its place as after it.</summary>
    internal const int Window = 400;

    private const int Bins = (Window / 2) + 1;
    private const double Quietest = 1e-10;

    private static readonly Spectrum spectrum = new(Window);
    private static readonly double[] window = [.. Enumerable.Range(0, Window).Select(i => 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / Window)))];
    private readonly (int First, double[] Weights)[] filters;      // of each band, from its first bin on

    /// <summary>Prepares the filters of some bands.</summary>
    /// <param name="bands">How many values a frame has: 80, or 128 in Whisper's third large version.</param>
    public LogMel(int bands)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bands, 1);
        Bands = bands;
        filters = Filters(bands);
    }

    /// <summary>Gets how many values a frame has.</summary>
    public int Bands { get; }

    /// <summary>Computes the frames of some sound, one after another: <c>samples / 160</c> of them, each of <see cref="Bands"/> values.</summary>
    /// <param name="samples">The sound at <see cref="Rate"/>, from −1 to 1. Whisper was taught on 30 s: pad what is shorter with zeros.</param>
    public float[] Of(ReadOnlySpan<float> samples)
    {
        var values = new float[samples.Length / Hop * Bands];
        if (values.Length > 0)
        {
            Level(values, Measure(Reflected(samples), values));
        }

        return values;
    }

    /// <summary>Computes the decimal logarithm of the power in each band, and answers the largest.</summary>
    /// <param name="samples">The sound from half a window before the first frame's place to half a window after the last one's.</param>
    /// <param name="values">Where to write the frames: <c>[frames, bands]</c>.</param>
    internal float Measure(ReadOnlySpan<float> samples, Span<float> values)
    {
        var lanes = Vector<double>.Count;
        Span<Vector<double>> rows = new Vector<double>[Window], power = new Vector<double>[Bins], scratch = new Vector<double>[spectrum.Scratch];
        Span<double> row = stackalloc double[lanes];
        var (frames, loudest) = (values.Length / Bands, float.NegativeInfinity);
        for (var first = 0; first < frames; first += lanes)
        {
            var count = Math.Min(lanes, frames - first);
            for (var i = 0; i < Window; i++)
            {
                for (var lane = 0; lane < count; lane++)
                {
                    row[lane] = samples[((first + lane) * Hop) + i] * window[i];
                }

                rows[i] = new(row);
            }

            spectrum.Power(rows, power, scratch);
            for (var band = 0; band < Bands; band++)
            {
                var (sum, (at, weights)) = (Vector<double>.Zero, filters[band]);
                for (var i = 0; i < weights.Length; i++)
                {
                    sum += power[at + i] * weights[i];
                }

                for (var lane = 0; lane < count; lane++)
                {
                    var value = (float)Math.Log10(Math.Max(sum[lane], Quietest));
                    values[((first + lane) * Bands) + band] = value;
                    loudest = Math.Max(loudest, value);
                }
            }
        }

        return loudest;
    }

    /// <summary>Brings logarithms to the range that the backbone was taught on: what lies far below the loudest is cut.</summary>
    internal static void Level(Span<float> values, float loudest)
    {
        foreach (ref var value in values)
        {
            value = (Math.Max(value, loudest - 8) + 4) / 4;
        }
    }

    // Half a window more on both sides, so that the first frame is centred on the first sample.
    private static float[] Reflected(ReadOnlySpan<float> samples)
    {
        var padded = new float[samples.Length + Window];
        samples.CopyTo(padded.AsSpan(Window / 2));
        var period = Math.Max(1, 2 * (samples.Length - 1));
        for (var i = 1; i <= Window / 2; i++)
        {
            padded[(Window / 2) - i] = samples[Fold(i % period)];
            padded[(Window / 2) + samples.Length - 1 + i] = samples[Fold((samples.Length - 1 + i) % period)];
        }

        return padded;

        int Fold(int at) => Math.Min(at, period - at);
    }

    // Triangles between neighbouring corners on the mel scale, of equal area.
    private static (int First, double[] Weights)[] Filters(int bands)
    {
        var highest = ToMel(Rate / 2.0);
        var corners = Enumerable.Range(0, bands + 2).Select(i => ToHertz(highest * i / (bands + 1))).ToArray();
        return [.. Enumerable.Range(0, bands).Select(band =>
        {
            var (left, middle, right) = (corners[band], corners[band + 1], corners[band + 2]);
            var heights = Enumerable.Range(0, Bins).Select(bin => bin * (double)Rate / Window)
                .Select(hertz => Math.Max(0, Math.Min((hertz - left) / (middle - left), (right - hertz) / (right - middle))) * 2 / (right - left)).ToArray();
            var first = Math.Max(0, Array.FindIndex(heights, height => height > 0));
            return (first, heights[first..(Array.FindLastIndex(heights, height => height > 0) + 1)]);
        })];
    }

    // Slaney's scale: linear up to 1000 Hz, at 15 mel, and logarithmic above, 27 mel for a factor of 6.4.
    private static double ToMel(double hertz) => hertz < 1000 ? hertz * 3 / 200 : 15 + (27 * Math.Log(hertz / 1000, 6.4));

    private static double ToHertz(double mel) => mel < 15 ? mel * 200 / 3 : 1000 * Math.Pow(6.4, (mel - 15) / 27);
}
