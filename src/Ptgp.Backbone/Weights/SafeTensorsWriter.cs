using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>Writes safetensors files, byte for byte as the reference does: widest types first, then by name, the header padded to 8 bytes.</summary>
public static unsafe class SafeTensorsWriter
{
    // Escapes only what JSON itself demands, like the reference.
    private static readonly JsonWriterOptions options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a file says of itself unless told otherwise; loaders of the Hugging Face ecosystem ask for it.</summary>
    public static IReadOnlyDictionary<string, string> DefaultMetadata { get; } = new Dictionary<string, string> { ["format"] = "pt" };

    /// <summary>Writes a file as a whole or not at all; see <see cref="AtomicFile"/>. Copies at most one tensor at a time.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="tensors">The tensors by name, of any device and layout. They are read, never disposed.</param>
    /// <param name="metadata">What the file says of itself. The default is <c>format: pt</c>; empty for nothing.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or one has a type that the format does not know.</exception>
    /// <exception cref="IOException">The disk is full or the file may not be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = Order(tensors);
        AtomicFile.Write(path, stream => WriteTo(stream, ordered, metadata ?? DefaultMetadata));
    }

    /// <summary>Writes to any stream; see <see cref="Write"/>.</summary>
    internal static void WriteTo(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var ordered = Order(tensors);
        WriteHeader(stream, ordered, metadata);
        foreach (var (_, tensor) in ordered.Where(item => item.Value.NumberOfElements > 0))
        {
            using var scope = NewDisposeScope();
            var plain = tensor.detach().cpu().contiguous();
            using var bytes = new UnmanagedMemoryStream((byte*)TensorMemory.Of(plain), Length(plain));
            bytes.CopyTo(stream, 1 << 20);
            GC.KeepAlive(plain);
        }
    }

    private static KeyValuePair<string, Tensor>[] Order(IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        KeyValuePair<string, Tensor>[] all = [.. tensors];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, tensor) in all)
        {
            if (name == SafeTensorsHeader.MetadataName || !names.Add(name))
            {
                throw new ArgumentException($"Every tensor must have a name of its own, but '{name}' is {(name == SafeTensorsHeader.MetadataName ? "reserved" : "there twice")}.", nameof(tensors));
            }

            if (SafeTensorsTypes.Order(tensor.dtype) < 0)
            {
                throw new ArgumentException($"A safetensors file holds {SafeTensorsTypes.Names}, but tensor '{name}' is {tensor.dtype}.", nameof(tensors));
            }
        }

        return [.. all.OrderBy(item => SafeTensorsTypes.Order(item.Value.dtype)).ThenBy(item => item.Key, StringComparer.Ordinal)];
    }

    private static void WriteHeader(Stream stream, KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var header = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(header, options))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(SafeTensorsHeader.MetadataName);
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var offset = 0L;
            foreach (var (name, tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", SafeTensorsTypes.Name(tensor.dtype));
                WriteSizes(json, "shape", tensor.shape);
                WriteSizes(json, "data_offsets", [offset, offset += Length(tensor)]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        var padding = -header.WrittenCount & 7;
        header.GetSpan(padding)[..padding].Fill((byte)' ');
        header.Advance(padding);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.WrittenCount);
        stream.Write(length);
        stream.Write(header.WrittenSpan);
    }

    private static void WriteSizes(Utf8JsonWriter json, string name, long[] sizes)
    {
        json.WriteStartArray(name);
        foreach (var size in sizes)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
    }

    private static long Length(Tensor tensor) => tensor.NumberOfElements * SafeTensorsTypes.Size(tensor.dtype);
}
