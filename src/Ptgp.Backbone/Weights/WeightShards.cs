using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>
/// Writes the weights of a checkpoint as the reference names them: <c>model.safetensors</c>, or, above a size,
/// <c>model-00001-of-0000N.safetensors</c> and the index that says which of them holds which tensor.
/// </summary>
public static class WeightShards
{
    /// <summary>How many bytes of tensors a file holds unless told otherwise: 5 GB, as with the reference.</summary>
    public const long DefaultSize = 5_000_000_000;

    private static readonly JsonWriterOptions layout = new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes into a folder that holds no weights yet and that nobody reads before all is written, such as one of <see cref="AtomicFolder"/>.</summary>
    /// <param name="folder">The folder; it must exist.</param>
    /// <param name="tensors">The tensors by name, of any device and layout. They are read, never disposed.</param>
    /// <param name="shardSize">The most bytes of tensors in a file; a larger tensor has a file of its own. The default is <see cref="DefaultSize"/>.</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or one has a type that the format does not know.</exception>
    /// <exception cref="IOException">The disk is full or the folder may not be written to.</exception>
    public static void Write(string folder, IEnumerable<KeyValuePair<string, Tensor>> tensors, long shardSize = DefaultSize) => Write(folder, tensors, shardSize, File.Create);

    /// <summary>Writes through streams that the caller makes; see <see cref="Write(string, IEnumerable{KeyValuePair{string, Tensor}}, long)"/>.</summary>
    internal static void Write(string folder, IEnumerable<KeyValuePair<string, Tensor>> tensors, long shardSize, Func<string, Stream> create)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shardSize);
        KeyValuePair<string, Tensor>[] all = [.. tensors];
        if (all.GroupBy(item => item.Key, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Every tensor must have a name of its own, but '{twice.Key}' is there twice.", nameof(tensors));
        }

        var shards = Split(all, shardSize);
        var places = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < shards.Count; i++)
        {
            var file = shards.Count == 1 ? WeightFiles.SingleFile : string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors");
            using var stream = create(Path.Combine(folder, file));
            SafeTensorsWriter.WriteTo(stream, shards[i], SafeTensorsWriter.DefaultMetadata);
            foreach (var (name, _) in shards[i])
            {
                places.Add(name, file);
            }
        }

        if (shards.Count > 1)
        {
            using var stream = create(Path.Combine(folder, WeightFiles.IndexFile));
            WriteIndex(stream, all, places);
        }
    }

    // In the order they come, which is that of the layers, so that what is used together lies together.
    private static List<List<KeyValuePair<string, Tensor>>> Split(KeyValuePair<string, Tensor>[] tensors, long shardSize)
    {
        List<List<KeyValuePair<string, Tensor>>> shards = [[]];
        var size = 0L;
        foreach (var item in tensors)
        {
            var length = Length(item.Value);
            if (shards[^1].Count > 0 && length > shardSize - size)
            {
                shards.Add([]);
                size = 0;
            }

            shards[^1].Add(item);
            size += length;
        }

        return shards;
    }

    private static void WriteIndex(Stream stream, KeyValuePair<string, Tensor>[] tensors, SortedDictionary<string, string> places)
    {
        using var json = new Utf8JsonWriter(stream, layout);
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_parameters", tensors.Sum(item => item.Value.NumberOfElements));
        json.WriteNumber("total_size", tensors.Sum(item => Length(item.Value)));
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        foreach (var (name, file) in places)
        {
            json.WriteString(name, file);
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    private static long Length(Tensor tensor) => tensor.NumberOfElements * tensor.ElementSize;
}
