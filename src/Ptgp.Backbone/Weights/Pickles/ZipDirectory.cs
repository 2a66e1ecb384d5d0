using System.Buffers.Binary;
using System.Text;

namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>
/// Where the records of a zip archive lie, for reading them in place: <c>torch.save</c> stores them as they are. Nothing is ever unpacked, so a
/// record's name is only a name. What is compressed or encrypted has no place.
/// </summary>
internal sealed class ZipDirectory
{
    // Far above the largest checkpoints; each takes about a hundred bytes of memory.
    private const int MostRecords = 1_000_000;

    private const uint EndMark = 0x06054b50, WideEndMark = 0x06064b50, WideLocatorMark = 0x07064b50, EntryMark = 0x02014b50, LocalMark = 0x04034b50;
    private const int EndLength = 22, WideEndLength = 56, WideLocatorLength = 20, EntryLength = 46, LocalLength = 30;

    private readonly IFileBytes file;
    private readonly Dictionary<string, ZipRecord> records = new(StringComparer.Ordinal);

    /// <summary>Reads an archive's directory.</summary>
    /// <exception cref="PickleFault">There is none, or it is broken.</exception>
    public ZipDirectory(IFileBytes file)
    {
        this.file = file;
        var (start, end, count) = FindEntries();
        for (var at = start; count > 0; count--)
        {
            at = ReadEntry(at, end);
        }
    }

    /// <summary>Gets the names of all records.</summary>
    public IReadOnlyCollection<string> Names => records.Keys;

    /// <summary>Finds where a record's bytes lie; null when there is none of this name.</summary>
    /// <exception cref="PickleFault">It is compressed or encrypted, or does not lie inside the file.</exception>
    public (long Offset, long Length)? Find(string name)
    {
        if (!records.TryGetValue(name, out var record))
        {
            return null;
        }

        if (record.IsCompressed)
        {
            throw new PickleFault($"holds {PickleFault.Quote(name)} compressed or encrypted, which torch.save never does");
        }

        var local = Bytes(record.Local, LocalLength);
        Expect(BinaryPrimitives.ReadUInt32LittleEndian(local) == LocalMark, $"{PickleFault.Quote(name)} does not begin where the directory says");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(local[26..]);
        Expect(Text(Bytes(record.Local + LocalLength, nameLength)) == name, $"{PickleFault.Quote(name)} has another name where it lies");
        var offset = record.Local + LocalLength + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(local[28..]);
        Expect(offset <= file.Length && record.Length <= file.Length - offset, $"{PickleFault.Quote(name)} reaches beyond the file");
        return (offset, record.Length);
    }

    // The end of the archive says where its directory lies; a comment of up to 65 535 bytes may follow.
    private (long Start, long End, long Count) FindEntries()
    {
        var tail = (int)Math.Min(file.Length, EndLength + ushort.MaxValue);
        var last = Bytes(file.Length - tail, tail);
        for (var at = tail - EndLength; at >= 0; at--)
        {
            var end = last[at..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndMark || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != tail - at - EndLength)
            {
                continue;
            }

            long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]), length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]), start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
            var endStart = file.Length - tail + at;
            if (count == ushort.MaxValue || length == uint.MaxValue || start == uint.MaxValue)
            {
                (start, length, count) = FindWideEntries(endStart - WideLocatorLength);
            }

            Expect(start >= 0 && length >= 0 && start <= endStart && length <= endStart - start, "its directory lies outside of the file");
            Expect(count is >= 0 and <= MostRecords && count <= length / EntryLength, $"its directory of {length} bytes has no room for {count} records");
            return (start, start + length, count);
        }

        throw new PickleFault("is cut short: its zip archive has no directory at the end. Copy or download it again");
    }

    private (long Start, long Length, long Count) FindWideEntries(long at)
    {
        Expect(at >= 0, "its directory is too short");
        var locator = Bytes(at, WideLocatorLength);
        Expect(BinaryPrimitives.ReadUInt32LittleEndian(locator) == WideLocatorMark, "its large directory is missing");
        var end = Bytes(BinaryPrimitives.ReadInt64LittleEndian(locator[8..]), WideEndLength);
        Expect(BinaryPrimitives.ReadUInt32LittleEndian(end) == WideEndMark, "its large directory is missing");
        return (BinaryPrimitives.ReadInt64LittleEndian(end[48..]), BinaryPrimitives.ReadInt64LittleEndian(end[40..]), BinaryPrimitives.ReadInt64LittleEndian(end[32..]));
    }

    private long ReadEntry(long at, long end)
    {
        Expect(at <= end - EntryLength, "its directory ends inside a record");
        var entry = Bytes(at, EntryLength);
        Expect(BinaryPrimitives.ReadUInt32LittleEndian(entry) == EntryMark, "its directory holds something else than records");
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]), extraLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]);
        var next = at + EntryLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]);
        Expect(next <= end, "its directory ends inside a record");

        var name = Text(Bytes(at + EntryLength, nameLength));
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]), length = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]), local = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        ReadWide(Bytes(at + EntryLength + nameLength, extraLength), ref length, ref packed, ref local);
        Expect(length >= 0 && local >= 0, $"{PickleFault.Quote(name)} lies outside of the file");
        var (flags, method) = (BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]), BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]));
        Expect(records.TryAdd(name, new(local, length, method != 0 || (flags & 1) != 0 || packed != length)), $"it holds {PickleFault.Quote(name)} twice");
        return next;
    }

    // Sizes beyond 4 GB stand in field 1, those that are needed only, always in this order.
    private static void ReadWide(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long local)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra), size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            var field = extra[4..];
            Expect(size <= field.Length, "its directory holds a field that does not end");
            if (id == 1)
            {
                var wide = field[..size];
                Widen(ref wide, ref length);
                Widen(ref wide, ref packed);
                Widen(ref wide, ref local);
            }

            extra = field[size..];
        }

        static void Widen(ref ReadOnlySpan<byte> wide, ref long value)
        {
            if (value == uint.MaxValue)
            {
                Expect(wide.Length >= sizeof(long), "its directory lacks a large size");
                value = BinaryPrimitives.ReadInt64LittleEndian(wide);
                wide = wide[sizeof(long)..];
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    private ReadOnlySpan<byte> Bytes(long offset, int length)
    {
        Expect(offset >= 0 && offset <= file.Length - length, "a part of it lies outside of the file");
        return file.Bytes(offset, length);
    }

    private static void Expect(bool holds, string fault)
    {
        if (!holds)
        {
            throw new PickleFault($"is a damaged zip archive: {fault}. Copy or download it again");
        }
    }

    private readonly record struct ZipRecord(long Local, long Length, bool IsCompressed);
}
