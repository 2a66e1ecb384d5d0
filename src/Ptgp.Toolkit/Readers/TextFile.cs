using System.Buffers;
using System.Text;

namespace Ptgp.Toolkit.Readers;

/// <summary>Reads text files line by line.</summary>
public static class TextFile
{
    /// <summary>Reads the lines of a UTF-8 file lazily, however long they are. Only LF or CRLF ends a line, so that files that were aligned line by line stay so; a byte order mark is left out.</summary>
    /// <exception cref="InvalidDataException">The file is not UTF-8; the message names the line and the byte.</exception>
    public static IEnumerable<TextLine> Read(string path) => new Rows<TextLine>(ReadRows(path));

    internal static IEnumerable<Row<TextLine>> ReadRows(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        var (buffer, unfinished, number, offset) = (new byte[1 << 16], new ArrayBufferWriter<byte>(), 0L, 0L);
        for (var count = file.Read(buffer); count > 0; count = file.Read(buffer))
        {
            for (var start = 0; start < count;)
            {
                var length = buffer.AsSpan(start, count - start).IndexOf((byte)'\n');
                unfinished.Write(buffer.AsSpan(start, length < 0 ? count - start : length));
                if (length < 0)
                {
                    break;
                }

                yield return Decode(path, ++number, offset, unfinished.WrittenSpan);
                offset += unfinished.WrittenCount + 1;
                unfinished.ResetWrittenCount();
                start += length + 1;
            }
        }

        if (unfinished.WrittenCount > 0)
        {
            yield return Decode(path, ++number, offset, unfinished.WrittenSpan);
        }
    }

    private static Row<TextLine> Decode(string path, long number, long offset, ReadOnlySpan<byte> bytes)
    {
        if (number == 1 && (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])))
        {
            throw new TextLine(path, number, "").Fault("a text file must be UTF-8, but this one is UTF-16. Save it as UTF-8.");
        }

        var mark = number == 1 && bytes.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        bytes = bytes[mark..];
        bytes = bytes.EndsWith((byte)'\r') ? bytes[..^1] : bytes;
        try
        {
            return new(new TextLine(path, number, Utf8Text.Decode(path, number, offset + mark, bytes)));
        }
        catch (InvalidDataException fault)
        {
            return new(default, fault);
        }
    }
}
