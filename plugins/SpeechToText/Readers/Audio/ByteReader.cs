using System.Buffers.Binary;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Reads bytes in order, knows where it is, and makes the errors that name file and place.</summary>
internal sealed class ByteReader(Stream stream, string name) : IDisposable
{
    private readonly byte[] buffer = new byte[1 << 16];
    private int at, count;

    /// <summary>Gets what errors call the file.</summary>
    public string Name => name;

    /// <summary>Gets the place of the next byte in the file.</summary>
    public long Position { get; private set; }

    /// <summary>Gets how many bytes are left; null when nobody knows.</summary>
    public long? Left => stream.CanSeek ? Math.Max(0, stream.Length - stream.Position) + count - at : null;

    /// <summary>Reads the next byte; −1 at the end.</summary>
    public int ReadByte()
    {
        if (at == count && !Fill(1))
        {
            return -1;
        }

        Position++;
        return buffer[at++];
    }

    /// <summary>Looks at the bytes that follow, up to 64 KiB, fewer at the end.</summary>
    public ReadOnlySpan<byte> Peek(int length)
    {
        Fill(length);
        return buffer.AsSpan(at, Math.Min(length, count - at));
    }

    /// <summary>Reads until the place is full or the file ends, and answers how many bytes were read.</summary>
    public int Read(Span<byte> place)
    {
        var read = 0;
        while (read < place.Length && Fill(1))
        {
            var part = Math.Min(place.Length - read, count - at);
            buffer.AsSpan(at, part).CopyTo(place[read..]);
            (at, read, Position) = (at + part, read + part, Position + part);
        }

        return read;
    }

    /// <summary>Reads so many bytes.</summary>
    /// <param name="length">How many: 64 KiB at most.</param>
    /// <param name="what">What they are, for the error when the file ends before.</param>
    /// <returns>The bytes, until the next call.</returns>
    public ReadOnlySpan<byte> Take(int length, string what)
    {
        if (!Fill(length))
        {
            throw Fault(Position + count - at, $"{what} must have {length} bytes, but the file ends after {count - at}.");
        }

        (at, Position) = (at + length, Position + length);
        return buffer.AsSpan(at - length, length);
    }

    /// <summary>Reads a number of two bytes, the lower first.</summary>
    public int TakeInt16(string what) => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, what));

    /// <summary>Reads a number of four bytes, the lowest first.</summary>
    public uint TakeInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, what));

    /// <summary>Passes over bytes, as far as there are so many.</summary>
    public void Skip(long length)
    {
        while (length > 0 && Fill(1))
        {
            var part = (int)Math.Min(length, count - at);
            (at, Position, length) = (at + part, Position + part, length - part);
            if (length > buffer.Length && Left is { } left)
            {
                var step = Math.Min(length, left);
                stream.Seek(step, SeekOrigin.Current);
                (Position, length) = (Position + step, length - step);
            }
        }
    }

    /// <summary>Makes the error that some byte of the file is to blame for.</summary>
    public InvalidDataException Fault(long place, string message, Exception? cause = null) => new($"{name}(byte {place}): {message}", cause);

    public void Dispose() => stream.Dispose();

    private bool Fill(int length)
    {
        if (count - at < length)
        {
            buffer.AsSpan(at, count - at).CopyTo(buffer);
            (at, count) = (0, count - at);
            for (var read = -1; read != 0 && count < length; count += read)
            {
                read = stream.Read(buffer.AsSpan(count));
            }
        }

        return count - at >= length;
    }
}
