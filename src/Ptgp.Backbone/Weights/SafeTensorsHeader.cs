using System.Text.Json;

namespace Ptgp.Backbone.Weights;

/// <summary>
/// The JSON at the start of a safetensors file: <c>{"name": {"dtype", "shape", "data_offsets"}, …, "__metadata__": {…}}</c>.
/// Trusts nothing: what comes out describes tensors that lie inside the file, side by side, without holes or overlaps.
/// </summary>
internal sealed class SafeTensorsHeader
{
    /// <summary>The name under which a file keeps its own description.</summary>
    public const string MetadataName = "__metadata__";

    // The kernels of libtorch know no more.
    private const int MostDimensions = 64;

    private readonly string path;
    private readonly long dataStart;
    private readonly Dictionary<string, TensorEntry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> metadata = new(StringComparer.Ordinal);

    private SafeTensorsHeader(string path, long dataStart) => (this.path, this.dataStart) = (path, dataStart);

    public IReadOnlyDictionary<string, TensorEntry> Entries => entries;

    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>Reads a header.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="json">The header's bytes; the tensors' bytes begin right after them.</param>
    /// <param name="dataStart">Where the tensors' bytes begin in the file.</param>
    /// <param name="dataLength">How many bytes of tensors follow.</param>
    /// <exception cref="CheckpointException">The header is not sound.</exception>
    public static SafeTensorsHeader Parse(string path, ReadOnlySpan<byte> json, long dataStart, long dataLength)
    {
        var header = new SafeTensorsHeader(path, dataStart);
        try
        {
            header.ReadAll(new Utf8JsonReader(json));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is not UTF-8, or a lone surrogate.
            throw new CheckpointException($"Weights file '{path}' has a header that is not valid JSON: {fault.Message}", fault);
        }

        header.CheckLayout(dataLength);
        return header;
    }

    private void ReadAll(Utf8JsonReader reader)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "must be a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == MetadataName)
            {
                Expect(metadata.Count == 0, $"names '{MetadataName}' twice");
                ReadMetadata(ref reader);
            }
            else
            {
                Expect(entries.TryAdd(name, ReadEntry(ref reader, name)), $"names tensor '{name}' twice");
            }
        }

        reader.Read(); // what follows the object must be white space, which this checks
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, $"must hold an object as '{MetadataName}'");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            Expect(reader.TokenType == JsonTokenType.String, $"must hold text as '{MetadataName}.{key}'");
            Expect(metadata.TryAdd(key, reader.GetString()!), $"names '{MetadataName}.{key}' twice");
        }
    }

    private TensorEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, $"must hold an object as tensor '{name}'");
        string? type = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            switch (key)
            {
                case "dtype":
                    Expect(type is null && reader.TokenType == JsonTokenType.String, $"must say 'dtype' of tensor '{name}' once, as text");
                    type = reader.GetString();
                    break;
                case "shape":
                    Expect(shape is null, $"says 'shape' of tensor '{name}' twice");
                    shape = ReadSizes(ref reader, $"'shape' of tensor '{name}'");
                    break;
                case "data_offsets":
                    Expect(offsets is null, $"says 'data_offsets' of tensor '{name}' twice");
                    offsets = ReadSizes(ref reader, $"'data_offsets' of tensor '{name}'");
                    break;
                default:
                    reader.Skip(); // the reference reads over what it does not know
                    break;
            }
        }

        Expect(type is not null && shape is not null && offsets is not null, $"must say 'dtype', 'shape' and 'data_offsets' of tensor '{name}'");
        Expect(offsets!.Length == 2 && offsets[0] <= offsets[1], $"must say 'data_offsets' of tensor '{name}' as [begin, end], but says [{string.Join(", ", offsets)}]");
        var known = SafeTensorsTypes.Find(type!)
            ?? throw Fault($"holds tensor '{name}' as '{type}', which Ptgp cannot read. It reads {SafeTensorsTypes.Names}; convert the checkpoint to one of these");
        var length = SizeOf(shape!, SafeTensorsTypes.Size(known));
        Expect(
            length == offsets[1] - offsets[0],
            $"gives tensor '{name}' {offsets[1] - offsets[0]} bytes, but {type} [{string.Join(", ", shape!)}] takes {(length is null ? "more than a file can hold" : length)}");
        Expect(offsets[0] <= long.MaxValue - dataStart, $"puts tensor '{name}' behind the largest possible file");
        return new(name, known, shape!, dataStart + offsets[0], length!.Value);
    }

    private long[] ReadSizes(ref Utf8JsonReader reader, string what)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray, $"must hold a list as {what}");
        var sizes = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(sizes.Count < MostDimensions, $"must hold at most {MostDimensions} numbers as {what}");
            var size = -1L;
            Expect(reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out size) && size >= 0, $"must hold whole numbers from 0 on as {what}");
            sizes.Add(size);
        }

        return [.. sizes];
    }

    // null: more than 64 bits can count. A zero extent empties the tensor, but must not hide an overflow: libtorch computes strides without it.
    private static long? SizeOf(long[] shape, long size)
    {
        foreach (var extent in shape)
        {
            if (size > long.MaxValue / Math.Max(extent, 1))
            {
                return null;
            }

            size *= Math.Max(extent, 1);
        }

        return shape.Contains(0) ? 0 : size;
    }

    private void CheckLayout(long dataLength)
    {
        var end = dataStart;
        foreach (var entry in entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            Expect(entry.Offset >= end, $"lets tensor '{entry.Name}' overlap the one before it");
            if (entry.Length > dataLength - (entry.Offset - dataStart))
            {
                throw new CheckpointException(
                    $"Weights file '{path}' is cut short: tensor '{entry.Name}' ends at byte {(decimal)entry.Offset + entry.Length}, but the file at byte {dataStart + dataLength}. Copy or download it again.");
            }

            Expect(entry.Offset == end, $"leaves {entry.Offset - end} unused bytes before tensor '{entry.Name}'");
            end = entry.Offset + entry.Length;
        }

        Expect(end == dataStart + dataLength, $"describes tensors up to byte {end}, but the file ends at byte {dataStart + dataLength}");
    }

    private void Expect(bool holds, string fault)
    {
        if (!holds)
        {
            throw Fault(fault);
        }
    }

    private CheckpointException Fault(string fault) => new($"Weights file '{path}' has a damaged header: it {fault}.");
}
