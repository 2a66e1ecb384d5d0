using System.Buffers.Binary;
using System.Text.Json;

namespace Ptgp.Backbone.Tests.Audio;

/// <summary>The sounds of the golden files.</summary>
internal static class Sound
{
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

    /// <summary>Puts a sound together as a model's recipe says, and pads or cuts it to 30 s.</summary>
    public static float[] Assemble(string fixture, string recipe)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Fixture("models", fixture, "golden", "audio.json")));
        var root = document.RootElement.GetProperty("recipes").GetProperty(recipe);
        var samples = new float[30 * 16_000];
        var length = Math.Min(samples.Length, root.GetProperty("length").GetInt32());
        foreach (var piece in root.GetProperty("pieces").EnumerateArray())
        {
            var (sound, start) = (Read(piece.GetProperty("file").GetString()!), piece.GetProperty("start").GetInt32());
            if (start < length)
            {
                sound.AsSpan(0, Math.Min(sound.Length, length - start)).CopyTo(samples.AsSpan(start));
            }
        }

        return samples;
    }
}
