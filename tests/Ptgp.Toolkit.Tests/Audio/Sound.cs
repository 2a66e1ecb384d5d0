using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Ptgp.Toolkit.Tests.Audio;

/// <summary>The sounds and numbers of the golden files.</summary>
internal static class Sound
{
    /// <summary>Reads a file of 16 bits at 16 kHz.</summary>
    public static float[] Read(string file)
    {
        var bytes = File.ReadAllBytes(Repository.Fixture("audio", file)).AsSpan();
        var data = MemoryMarshal.Cast<byte, short>(bytes[(bytes.IndexOf("data"u8) + 8)..]);
        return [.. data.ToArray().Select(sample => sample / 32768f)];
    }

    /// <summary>Reads a tensor of float32.</summary>
    public static float[] Stored(string file, string name)
    {
        var bytes = File.ReadAllBytes(Repository.Fixture("audio", file)).AsSpan();
        var header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var document = JsonDocument.Parse(bytes.Slice(8, header).ToArray());
        var place = document.RootElement.GetProperty(name).GetProperty("data_offsets");
        var (start, end) = (8 + header + place[0].GetInt32(), 8 + header + place[1].GetInt32());
        return MemoryMarshal.Cast<byte, float>(bytes[start..end]).ToArray();
    }
}
