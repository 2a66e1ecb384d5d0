using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Ptgp.Host.Training.Reports;

/// <summary>Writes scalars by step in the form that TensorBoard reads: TFRecords of its <c>Event</c> messages.</summary>
internal sealed class EventFile : IDisposable
{
    private const uint MaskDelta = 0xA282EAD8;

    private readonly FileStream stream;
    private readonly TimeProvider time;

    private EventFile(FileStream stream, TimeProvider time) => (this.stream, this.time) = (stream, time);

    /// <summary>Begins a file of its own in a folder, which may hold those of earlier runs; what these say of <paramref name="step"/> and later steps counts no more.</summary>
    /// <param name="folder">The folder; it is made.</param>
    /// <param name="step">From which step the run goes on.</param>
    /// <param name="time">What tells the time.</param>
    public static EventFile Begin(string folder, int step, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        Directory.CreateDirectory(folder);
        var name = $"events.out.tfevents.{time.GetUtcNow().ToUnixTimeSeconds():D10}.ptgp";
        FileStream? stream = null;
        for (var number = 0; stream is null; number++)
        {
            var path = Path.Combine(folder, number == 0 ? name : $"{name}.{number}");
            stream = File.Exists(path) ? null : new(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }

        EventFile file = new(stream, time);
        file.Write(0, message => Text(message, 3, "brain.Event:2"));
        file.Write(step, message => Nested(message, 7, log => Number(log, 1, 1)));
        return file;
    }

    /// <summary>Writes scalars of one step, and sees to it that they can be read at once.</summary>
    public void Add(int step, IEnumerable<KeyValuePair<string, double>> scalars)
    {
        Write(step, message => Nested(message, 5, summary =>
        {
            foreach (var (tag, value) in scalars)
            {
                Nested(summary, 1, one =>
                {
                    Text(one, 1, tag);
                    Tag(one, 2, wire: 5);
                    one.Write(BitConverter.GetBytes((float)value));
                });
            }
        }));
        stream.Flush();
    }

    /// <inheritdoc />
    public void Dispose() => stream.Dispose();

    private void Write(int step, Action<MemoryStream> what)
    {
        using MemoryStream message = new();
        Tag(message, 1, wire: 1);
        message.Write(BitConverter.GetBytes((time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds));
        Number(message, 2, step);
        what(message);
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteInt64LittleEndian(head, message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Checksum(head[..8]));
        var data = message.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Checksum(data));
        stream.Write(head);
        stream.Write(data);
        stream.Write(tail);
    }

    /// <summary>Computes a record's masked CRC-32C.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var one in data)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }

    // Protocol buffers, as far as events need them: a field's number and its kind, then its value.
    private static void Tag(MemoryStream message, int field, int wire) => Varint(message, (ulong)((field << 3) | wire));

    private static void Number(MemoryStream message, int field, long value)
    {
        Tag(message, field, wire: 0);
        Varint(message, (ulong)value);
    }

    private static void Text(MemoryStream message, int field, string text) => Bytes(message, field, Encoding.UTF8.GetBytes(text));

    private static void Nested(MemoryStream message, int field, Action<MemoryStream> what)
    {
        using MemoryStream inner = new();
        what(inner);
        Bytes(message, field, inner.ToArray());
    }

    private static void Bytes(MemoryStream message, int field, byte[] bytes)
    {
        Tag(message, field, wire: 2);
        Varint(message, (ulong)bytes.Length);
        message.Write(bytes);
    }

    private static void Varint(MemoryStream message, ulong value)
    {
        for (; value > 127; value >>= 7)
        {
            message.WriteByte((byte)(value | 128));
        }

        message.WriteByte((byte)value);
    }
}
