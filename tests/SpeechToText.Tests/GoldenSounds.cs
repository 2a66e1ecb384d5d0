using System.Buffers.Binary;
using System.Text.Json;
using Ptgp.Toolkit.Audio;

namespace Ptgp.SpeechToText.Tests;

/// <summary>The sounds of the golden files.</summary>
internal static class GoldenSounds
{
    /// <summary>Puts a sound together as the recipe of a model's golden files says.</summary>
    public static float[] Assemble(string recipe)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("models", "whisper", "golden", "audio.json")));
        var root = document.RootElement.GetProperty("recipes").GetProperty(recipe);
        var samples = new float[root.GetProperty("length").GetInt32()];
        foreach (var piece in root.GetProperty("pieces").EnumerateArray())
        {
            var (sound, start) = (Read(piece.GetProperty("file").GetString()!), piece.GetProperty("start").GetInt32());
            sound.AsSpan(0, Math.Min(sound.Length, samples.Length - start)).CopyTo(samples.AsSpan(start));
        }

        return samples;
    }

    /// <summary>Reads a file of 16 bits at 16 kHz.</summary>
    public static float[] Read(string file)
    {
        var bytes = File.ReadAllBytes(Repository.Fixture("audio", file)).AsSpan();
        var data = bytes[(bytes.IndexOf("data"u8) + 8)..];
        var samples = new float[data.Length / 2];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = BinaryPrimitives.ReadInt16LittleEndian(data[(2 * i)..]) / 32768f;
        }

        return samples;
    }

    /// <summary>Makes the frames of a sound readable.</summary>
    public static LogMelReader Frames(float[] samples, int bands) => new(() => AudioSource.Of(samples, LogMel.Rate), new(bands));
}
