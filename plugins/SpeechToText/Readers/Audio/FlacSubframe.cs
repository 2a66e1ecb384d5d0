namespace Ptgp.SpeechToText.Audio;

/// <summary>Reads the samples of one channel in one frame of a FLAC file: a constant, the samples as they are, or what a prediction misses them by.</summary>
internal sealed class FlacSubframe(BitReader reader, Func<string, InvalidDataException> fault)
{
    private const int MostOrder = 32;

    // What each order predicts from the samples before.
    private static readonly long[][] fixedWeights = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

    private readonly long[] weights = new long[MostOrder];

    public void Read(Span<long> samples, int bits)
    {
        var head = (int)reader.Read(8);
        var (kind, wasted) = ((head >> 1) & 0x3F, (head & 1) == 0 ? 0 : reader.ReadZeros() + 1);
        if (head >> 7 != 0 || wasted >= bits)
        {
            throw fault($"a subframe must begin with a zero and waste fewer than its {bits} bits, but does not.");
        }

        bits -= wasted;
        switch (kind)
        {
            case 0:
                samples.Fill(reader.ReadSigned(bits));
                break;
            case 1:
                ReadPlain(samples, bits);
                break;
            case >= 8 and <= 12:
                ReadStart(samples, kind - 8, bits);
                ReadRest(samples, kind - 8);
                Predict(samples, fixedWeights[kind - 8], 0);
                break;
            case >= 32:
                ReadPredicted(samples, kind - 31, bits);
                break;
            default:
                throw fault($"a subframe must be constant (0), verbatim (1), fixed (8 to 12) or predicted (32 to 63), but is {kind}.");
        }

        for (var i = 0; i < samples.Length && wasted > 0; i++)
        {
            samples[i] <<= wasted;
        }
    }

    private void ReadPredicted(Span<long> samples, int order, int bits)
    {
        ReadStart(samples, order, bits);
        var (precision, shift) = ((int)reader.Read(4) + 1, (int)reader.ReadSigned(5));
        if (precision == 16 || shift < 0)
        {
            throw fault($"a prediction must have weights of 1 to 15 bits and a shift of 0 to 15, but has {precision} and {shift}.");
        }

        foreach (ref var weight in weights.AsSpan(0, order))
        {
            weight = reader.ReadSigned(precision);
        }

        ReadRest(samples, order);
        Predict(samples, weights.AsSpan(0, order), shift);
    }

    private void ReadStart(Span<long> samples, int order, int bits)
    {
        if (order > samples.Length)
        {
            throw fault($"a prediction must need fewer samples than its frame has, but needs {order} of {samples.Length}.");
        }

        ReadPlain(samples[..order], bits);
    }

    private void ReadPlain(Span<long> samples, int bits)
    {
        foreach (ref var sample in samples)
        {
            sample = reader.ReadSigned(bits);
        }
    }

    // What the prediction misses, in parts that each have a parameter of Rice's code.
    private void ReadRest(Span<long> samples, int order)
    {
        var (method, parts) = ((int)reader.Read(2), 1 << (int)reader.Read(4));
        var size = samples.Length / parts;
        if (method > 1 || samples.Length % parts != 0 || size < order)
        {
            throw fault($"a prediction's rest must be coded by method 0 or 1 in equal parts, none shorter than {order}, but by method {method} {samples.Length} samples are in {parts} parts.");
        }

        var (bits, at) = (method == 0 ? 4 : 5, order);
        for (var part = 1; part <= parts; part++)
        {
            var parameter = (int)reader.Read(bits);
            var isPlain = parameter == (1 << bits) - 1;
            if (isPlain)
            {
                parameter = (int)reader.Read(5);
            }

            for (; at < part * size; at++)
            {
                samples[at] = isPlain ? reader.ReadSigned(parameter) : ReadRice(parameter);
            }
        }
    }

    private long ReadRice(int parameter)
    {
        var code = ((long)reader.ReadZeros() << parameter) | reader.Read(parameter);
        return (code >> 1) ^ -(code & 1);
    }

    private static void Predict(Span<long> samples, ReadOnlySpan<long> weights, int shift)
    {
        for (var i = weights.Length; i < samples.Length; i++)
        {
            var sum = 0L;
            for (var j = 0; j < weights.Length; j++)
            {
                sum += weights[j] * samples[i - 1 - j];
            }

            samples[i] += sum >> shift;
        }
    }
}
