using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Ptgp.Toolkit.Readers;

/// <summary>Makes text of bytes that must be UTF-8. What is not is an error that says where; it never becomes U+FFFD.</summary>
public static class Utf8Text
{
    /// <summary>Decodes a line.</summary>
    /// <param name="path">What the bytes come from, for the message.</param>
    /// <param name="number">The number of the line, counted from 1.</param>
    /// <param name="offset">How many bytes stand before it.</param>
    /// <param name="bytes">The line without its end.</param>
    /// <exception cref="InvalidDataException">The bytes are not UTF-8; the message names the line, and the first wrong byte by its place in the line and in the file.</exception>
    public static string Decode(string path, long number, long offset, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var at = FirstWrong(bytes);
        throw new TextLine(path, number, "").Fault($"a text file must be UTF-8, but the byte 0x{bytes[at]:X2} at position {at + 1} of this line, offset {offset + at} of the file, is none. Save it as UTF-8.");
    }

    /// <summary>Reads all bytes of a file that must be UTF-8, without its byte order mark.</summary>
    /// <inheritdoc cref="Decode" path="/exception" />
    public static ReadOnlyMemory<byte> ReadBytes(string path)
    {
        var all = File.ReadAllBytes(path);
        Check(path, all);
        return all.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? all.AsMemory(Encoding.UTF8.Preamble.Length) : all;
    }

    /// <summary>Reads a file whole.</summary>
    /// <inheritdoc cref="Decode" path="/exception" />
    public static string Read(string path) => Encoding.UTF8.GetString(ReadBytes(path).Span);

    /// <summary>Sees to it that the bytes of a file are UTF-8.</summary>
    /// <inheritdoc cref="Decode" path="/exception" />
    public static void Check(string path, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return;
        }

        var at = FirstWrong(bytes);
        var start = bytes[..at].LastIndexOf((byte)'\n') + 1;
        Decode(path, 1 + bytes[..at].Count((byte)'\n'), start, bytes[start..]);
    }

    private static int FirstWrong(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length && Rune.DecodeFromUtf8(bytes[at..], out _, out var length) == OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }
}
