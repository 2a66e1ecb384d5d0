using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Audio;

/// <summary>Turns sound into the log-mel frames that Whisper reads: 25 ms windows every 10 ms, in bands on Slaney's mel scale, within 80 dB of the loudest.</summary>
/// <remarks>Safe to use from many threads.</remarks>
public sealed class LogMel
{
    /// <summary>The sampling rate of the sound, in samples a second.</summary>
    public const int Rate = 16_000;

    /// <summary>How many samples one frame is after the other.</summary>
    public const int Hop = 160;

    private const int Window = 400;
    private const int Bins = (Window / 2) + 1;
    private const int FramesAtOnce = 3000;                        // bounds the memory that an hour of sound takes

    private readonly float[] window = [.. Enumerable.Range(0, Window).Select(i => (float)(0.5 - (0.5 * Math.Cos(2 * Math.PI * i / Window))))];
    private readonly float[] filters;                             // [bins, bands]

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
        var frames = samples.Length / Hop;
        var values = new float[frames * Bands];
        var padded = Reflected(samples);
        for (var first = 0; first < frames; first += FramesAtOnce)
        {
            var count = Math.Min(FramesAtOnce, frames - first);
            Measure(padded.AsSpan(first * Hop, ((count - 1) * Hop) + Window), values.AsSpan(first * Bands, count * Bands));
        }

        var loudest = values.DefaultIfEmpty().Max();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (Math.Max(values[i], loudest - 8) + 4) / 4;
        }

        return values;
    }

    // The decimal logarithm of the power in each band.
    private void Measure(ReadOnlySpan<float> samples, Span<float> values)
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        var windows = tensor(samples.ToArray()).unfold(0, Window, Hop) * tensor(window);                           // [frames, window]
        var spectrum = fft.rfft(windows).abs();
        var power = spectrum.mul(spectrum);                                                               // [frames, bins]
        var mel = Ops.MatMul(power, tensor(filters).view(Bins, Bands)).maximum(tensor(1e-10f)).log10();          // [frames, bands]
        mel.data<float>().CopyTo(values);
        GC.KeepAlive(mel);
    }

    // Half a window more on both sides, so that the first frame is centred on the first sample.
    private static float[] Reflected(ReadOnlySpan<float> samples)
    {
        var padded = new float[samples.Length + Window];
        samples.CopyTo(padded.AsSpan(Window / 2));
        var period = Math.Max(1, 2 * (samples.Length - 1));
        for (var i = 1; i <= Window / 2 && samples.Length > 0; i++)
        {
            padded[(Window / 2) - i] = samples[Fold(i % period)];
            padded[(Window / 2) + samples.Length - 1 + i] = samples[Fold((samples.Length - 1 + i) % period)];
        }

        return padded;

        int Fold(int at) => Math.Min(at, period - at);
    }

    // Triangles between neighbouring corners on the mel scale, of equal area.
    private static float[] Filters(int bands)
    {
        var highest = ToMel(Rate / 2.0);
        var corners = Enumerable.Range(0, bands + 2).Select(i => ToHertz(highest * i / (bands + 1))).ToArray();
        var filters = new float[Bins * bands];
        for (var bin = 0; bin < Bins; bin++)
        {
            var hertz = bin * (double)Rate / Window;
            for (var band = 0; band < bands; band++)
            {
                var (left, middle, right) = (corners[band], corners[band + 1], corners[band + 2]);
                var height = Math.Max(0, Math.Min((hertz - left) / (middle - left), (right - hertz) / (right - middle)));
                filters[(bin * bands) + band] = (float)(height * 2 / (right - left));
            }
        }

        return filters;
    }

    // Slaney's scale: linear up to 1000 Hz, at 15 mel, and logarithmic above, 27 mel for a factor of 6.4.
    private static double ToMel(double hertz) => hertz < 1000 ? hertz * 3 / 200 : 15 + (27 * Math.Log(hertz / 1000, 6.4));

    private static double ToHertz(double mel) => mel < 15 ? mel * 200 / 3 : 1000 * Math.Pow(6.4, (mel - 15) / 27);
}
