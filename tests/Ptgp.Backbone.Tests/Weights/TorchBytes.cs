using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Ptgp.Backbone.Tests.Weights;

/// <summary>Builds files of torch.save by hand, sound or not.</summary>
internal static class TorchBytes
{
    /// <summary>An archive of stored records.</summary>
    public static byte[] Zip(params (string Name, byte[] Content)[] records)
    {
        using var memory = new MemoryStream();
        using (var archive = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in records)
            {
                using var record = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                record.Write(content);
            }
        }

        return memory.ToArray();
    }

    /// <summary>All records of an archive.</summary>
    public static (string Name, byte[] Content)[] Unpack(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return [.. archive.Entries.Select(entry =>
        {
            using var record = entry.Open();
            using var memory = new MemoryStream();
            record.CopyTo(memory);
            return (entry.FullName, memory.ToArray());
        })];
    }

    /// <summary>A pickle from its parts: texts as they are, bytes as numbers from 0 on.</summary>
    public static byte[] Pickle(params object[] parts) => [0x80, 2, .. parts.SelectMany(part => part switch
    {
        string text => Encoding.UTF8.GetBytes(text),
        int number => [(byte)number],
        byte[] bytes => bytes,
        _ => throw new ArgumentException($"A part must be a text, a number or bytes, but is {part}.", nameof(parts)),
    }), (byte)'.'];

    /// <summary>The opcode that pushes a text.</summary>
    public static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return [(byte)'X', .. length, .. bytes];
    }

    /// <summary>The opcodes that push a number.</summary>
    public static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return [(byte)'J', .. bytes];
    }

    /// <summary>The opcodes that push a float32 tensor in storage <paramref name="key"/>.</summary>
    public static byte[] Tensor(string key, int count, int offset, int[] shape, int[] strides) =>
    [
        .. Encoding.UTF8.GetBytes("ctorch._utils\n_rebuild_tensor_v2\n(("), .. Text("storage"), .. Encoding.UTF8.GetBytes("ctorch\nFloatStorage\n"),
        .. Text(key), .. Text("cpu"), .. Number(count), (byte)'t', (byte)'Q', .. Number(offset),
        (byte)'(', .. shape.SelectMany(Number), (byte)'t', (byte)'(', .. strides.SelectMany(Number), (byte)'t',
        0x89, .. Encoding.UTF8.GetBytes("ccollections\nOrderedDict\n)RtR"),
    ];
}
