using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>
/// A <c>pytorch_model.bin</c>, opened by mapping it into memory. Only descriptions of tensors are read from its pickle; what would run code is
/// refused by name. Tensors lie over the file's memory, as those of safetensors do.
/// </summary>
internal sealed class PickleFile : IWeightsFile
{
    /// <summary>The most bytes of a pickle. It holds names and shapes, about 150 bytes a tensor; reading it takes fifty times its length in memory at worst.</summary>
    public const int LargestPickle = 8 << 20;

    private readonly string path;
    private readonly MappedFile file;

    private PickleFile(string path, MappedFile file, IReadOnlyDictionary<string, TensorEntry> entries) => (this.path, this.file, Entries) = (path, file, entries);

    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>Opens a file and checks all that it says of its tensors; reads none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="copyOnWrite">Whether tensors may be changed in place; see <see cref="SafeTensorsFile.Open"/>.</param>
    /// <exception cref="CheckpointException">The file is missing, unreadable, cut short or damaged, or holds something else than weights.</exception>
    public static PickleFile Open(string path, bool copyOnWrite = false)
    {
        var file = MappedFile.Open(path, copyOnWrite, 1, "a file of torch.save");
        try
        {
            return new(path, file, ReadEntries(path, file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public Tensor Read(string name) => file.Tensor(Entry(name));

    public void Prefetch(string name) => file.Prefetch(Entry(name));

    public void Forget(string name) => file.Forget(Entry(name));

    public void Dispose() => file.Dispose();

    /// <summary>Reads what a file says of its tensors.</summary>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="file">Its bytes.</param>
    /// <exception cref="CheckpointException">It is damaged, or holds something else than weights.</exception>
    public static IReadOnlyDictionary<string, TensorEntry> ReadEntries(string path, IFileBytes file)
    {
        try
        {
            var start = file.Bytes(0, (int)Math.Min(file.Length, 64));
            var (value, find) = start switch
            {
                [(byte)'P', (byte)'K', 3, 4, ..] => ZipContainer.Open(file),
                [(byte)Opcode.Protocol, ..] => LegacyContainer.Open(file),
                _ => throw new PickleFault(MappedFile.Foreign(start) ?? "is no file of torch.save. Copy or download it again"),
            };
            return Describe(value, find);
        }
        catch (PickleFault fault)
        {
            throw new CheckpointException($"Weights file '{path}' {fault.Message.TrimEnd('.')}.", fault);
        }
    }

    /// <summary>Reads a pickle that begins at an offset and ends, at the latest, so many bytes further.</summary>
    /// <returns>The reader, which says where it ended.</returns>
    public static PickleReader Read(IFileBytes file, long offset, long length, out object? value)
    {
        var reader = new PickleReader(file.Bytes(offset, (int)Math.Min(length, LargestPickle)));
        value = reader.Read();
        return reader;
    }

    private static Dictionary<string, TensorEntry> Describe(object? value, Func<PickledStorage, long> find)
    {
        var dictionary = value as PickleDictionary ?? throw new PickleFault("must hold a dictionary of tensors, but holds something else");
        var places = new Dictionary<PickledStorage, long>();
        var entries = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        foreach (var (key, item) in dictionary.Pairs)
        {
            if (item is not PickledTensor tensor)
            {
                continue; // a number of steps, a name: nothing that a Transformer needs
            }

            var name = key as string ?? throw new PickleFault("must name each tensor by a text, but does not");
            if (!places.TryGetValue(tensor.Storage, out var place))
            {
                places[tensor.Storage] = place = find(tensor.Storage);
            }

            if (!entries.TryAdd(name, Entry(name, tensor, place)))
            {
                throw new PickleFault($"names tensor {PickleFault.Quote(name)} twice");
            }
        }

        return entries;
    }

    private static TensorEntry Entry(string name, PickledTensor tensor, long place)
    {
        var size = SafeTensorsTypes.Size(tensor.Storage.Type);
        var elements = tensor.Shape.Aggregate(1L, (product, extent) => product * extent);
        return new(name, tensor.Storage.Type, tensor.Shape, place + (tensor.Offset * size), elements * size) { Strides = elements == 0 || IsContiguous(tensor) ? null : tensor.Strides };
    }

    private static bool IsContiguous(PickledTensor tensor)
    {
        var stride = 1L;
        for (var i = tensor.Shape.Length - 1; i >= 0; i--)
        {
            if (tensor.Shape[i] != 1 && tensor.Strides[i] != stride)
            {
                return false;
            }

            stride *= tensor.Shape[i];
        }

        return true;
    }

    private TensorEntry Entry(string name) => Entries.TryGetValue(name, out var entry) ? entry : throw new CheckpointException($"Weights file '{path}' has no tensor '{name}'.");
}
