using System.Buffers.Binary;
using System.Text.Json.Nodes;

namespace Ptgp.Host.Tests.Tasks;

/// <summary>Recordings of spoken digits, one after another with pauses between them, so that it is known when each word is said.</summary>
internal static class DigitRows
{
    private const int Rate = 8000;

    private static readonly string[] words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    /// <summary>Writes sound files and their manifest, and answers the manifest's path. Each recording stands in one row for each time.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="recordings">Files of one channel, 8 kHz and 16 bits, whose names begin with the digit.</param>
    /// <param name="length">How many stand in a row.</param>
    /// <param name="times">How often each recording is used.</param>
    /// <param name="seed">What order and pauses, of up to 0.4 s, are drawn from.</param>
    public static string Write(string folder, IEnumerable<string> recordings, int length, int times, int seed)
    {
        Directory.CreateDirectory(folder);
        var draw = new Random(seed);
        List<string> lines = [];
        string[] all = [.. recordings.Order(StringComparer.Ordinal)];
        for (var time = 0; time < times; time++)
        {
            draw.Shuffle(all);
            foreach (var row in all.Chunk(length))
            {
                List<byte> sound = [];
                JsonArray segments = [];
                foreach (var file in row)
                {
                    sound.AddRange(new byte[2 * (int)(Rate * 0.4 * draw.NextDouble())]);
                    var start = Seconds(sound);
                    sound.AddRange(Samples(file));
                    segments.Add(new JsonObject { ["start"] = start, ["end"] = Seconds(sound), ["text"] = " " + words[Path.GetFileName(file)[0] - '0'] });
                }

                var name = $"{lines.Count:0000}.wav";
                File.WriteAllBytes(Path.Combine(folder, name), Wav([.. sound, .. new byte[Rate / 5 * 2]]));
                lines.Add(new JsonObject { ["audio"] = name, ["language"] = "en", ["segments"] = segments }.ToJsonString());
            }
        }

        var manifest = Path.Combine(folder, "manifest.jsonl");
        File.WriteAllLines(manifest, lines);
        return manifest;
    }

    private static double Seconds(List<byte> sound) => Math.Round(sound.Count / 2.0 / Rate, 3);

    private static byte[] Samples(string file)
    {
        var bytes = File.ReadAllBytes(file);
        return bytes[(bytes.AsSpan().IndexOf("data"u8) + 8)..];
    }

    private static byte[] Wav(byte[] samples)
    {
        var bytes = new byte[44 + samples.Length];
        "RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0"u8.CopyTo(bytes);
        "\x02\0\x10\0data"u8.CopyTo(bytes.AsSpan(32));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), Rate);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), 2 * Rate);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(40), samples.Length);
        samples.CopyTo(bytes.AsSpan(44));
        return bytes;
    }
}
