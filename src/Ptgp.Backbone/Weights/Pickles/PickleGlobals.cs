using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>
/// The only names of the outer world that a pickle of weights may speak: a list of names, not of packages. Whatever else it says is refused
/// where it is said, called or not.
/// </summary>
internal static class PickleGlobals
{
    /// <summary>The largest number of dimensions; the kernels of libtorch know no more.</summary>
    public const int MostDimensions = 64;

    private static readonly PickleFunction orderedDictionary = new("OrderedDict", MakeDictionary);

    private static readonly Dictionary<(string Module, string Name), object> known = new()
    {
        [("collections", "OrderedDict")] = orderedDictionary,
        [("torch._utils", "_rebuild_tensor")] = new PickleFunction("_rebuild_tensor", MakeTensor),
        [("torch._utils", "_rebuild_tensor_v2")] = new PickleFunction("_rebuild_tensor_v2", MakeTensor),
        [("torch._utils", "_rebuild_parameter")] = new PickleFunction("_rebuild_parameter", MakeParameter),
        [("torch", "DoubleStorage")] = new StorageClass(ScalarType.Float64),
        [("torch", "FloatStorage")] = new StorageClass(ScalarType.Float32),
        [("torch", "HalfStorage")] = new StorageClass(ScalarType.Float16),
        [("torch", "BFloat16Storage")] = new StorageClass(ScalarType.BFloat16),
        [("torch", "LongStorage")] = new StorageClass(ScalarType.Int64),
        [("torch", "IntStorage")] = new StorageClass(ScalarType.Int32),
        [("torch", "ShortStorage")] = new StorageClass(ScalarType.Int16),
        [("torch", "CharStorage")] = new StorageClass(ScalarType.Int8),
        [("torch", "ByteStorage")] = new StorageClass(ScalarType.Byte),
        [("torch", "BoolStorage")] = new StorageClass(ScalarType.Bool),
    };

    /// <summary>What a name stands for: a <see cref="PickleFunction"/> or a <see cref="StorageClass"/>.</summary>
    public static object Find(string module, string name) => known.GetValueOrDefault((module, name)) ?? throw new PickleFault(
        $"asks for {PickleFault.Quote($"{module}.{name}")}: a file of weights may hold tensors, ordered dictionaries and numbers, and nothing that runs. Take the safetensors form of this checkpoint, or another source");

    /// <summary>The storage that a persistent id describes: <c>("storage", class, key, location, count)</c>. The location is a hint that does not matter here.</summary>
    public static PickledStorage MakeStorage(object? id)
    {
        if (id is not object?[] { Length: 5 or 6 } parts || parts[0] is not "storage")
        {
            throw new PickleFault("must refer to nothing but storages, but holds another persistent id");
        }

        if (parts[1] is not StorageClass { Type: var type } || parts[2] is not string key || parts[3] is not string || parts[4] is not long count)
        {
            throw new PickleFault("must describe a storage by its class, key, location and number of elements, but describes one otherwise");
        }

        if (count < 0 || count > long.MaxValue / SafeTensorsTypes.Size(type))
        {
            throw new PickleFault($"gives storage {PickleFault.Quote(key)} {count} elements");
        }

        // Windows on a storage are of torch before 0.4; nothing on the hub has any.
        return parts.Length == 6 && parts[5] is not null
            ? throw new PickleFault($"describes storage {PickleFault.Quote(key)} as a window on another one, which Ptgp does not read. Save the checkpoint again with a newer torch")
            : new(type, key, count);
    }

    private static PickleDictionary MakeDictionary(object?[] arguments)
    {
        var dictionary = new PickleDictionary();
        if (arguments is [PickleList pairs])
        {
            // Python 2 gives the pairs at once, each as a list of two.
            foreach (var pair in pairs.Items)
            {
                var (key, value) = pair switch
                {
                    PickleList { Items: [var first, var second] } => (first, second),
                    object?[] and [var first, var second] => (first, second),
                    _ => throw new PickleFault("must make an OrderedDict of pairs, but makes one of something else"),
                };
                dictionary.Add(key, value);
            }

            return dictionary;
        }

        return arguments.Length == 0 ? dictionary : throw new PickleFault("must make an OrderedDict of nothing or of pairs, but gives it something else");
    }

    // (tensor, requires_grad, backward_hooks)
    private static PickledTensor MakeParameter(object?[] arguments) => arguments is [PickledTensor tensor, bool, PickleDictionary { Pairs.Count: 0 }]
        ? tensor
        : throw new PickleFault("must rebuild a parameter from a tensor, a truth value and no hooks, but gives something else");

    // (storage, offset, shape, strides[, requires_grad, backward_hooks[, metadata]])
    private static PickledTensor MakeTensor(object?[] arguments)
    {
        if (arguments.Length is < 4 or > 7 || arguments is not [PickledStorage storage, long offset, object?[] shape, object?[] strides, ..]
            || (arguments.Length > 4 && arguments[4] is not bool)
            || arguments.Skip(5).Any(extra => extra is not (null or PickleDictionary { Pairs.Count: 0 })))
        {
            throw new PickleFault("must rebuild a tensor from a storage, an offset, a shape and strides, but gives something else");
        }

        if (shape.Length != strides.Length || shape.Length > MostDimensions)
        {
            throw new PickleFault($"must give a tensor as many strides as dimensions, {MostDimensions} at most, but gives {strides.Length} for {shape.Length}");
        }

        var tensor = new PickledTensor(storage, offset, Sizes(shape), Sizes(strides));
        ThrowIfOutside(tensor);
        return tensor;
    }

    private static long[] Sizes(object?[] values) => [.. values.Select(value => value is long and >= 0 ? (long)value : throw new PickleFault("must give a tensor's shape and strides as whole numbers from 0 on, but does not"))];

    // A view may neither leave its storage nor have more elements than it: making it contiguous must cost no more than the file.
    private static void ThrowIfOutside(PickledTensor tensor)
    {
        var (storage, offset, shape, strides) = tensor;
        Int128 elements = 1, last = offset;
        for (var i = 0; i < shape.Length; i++)
        {
            elements *= Math.Max(shape[i], 1);
            last += (Int128)Math.Max(shape[i] - 1, 0) * strides[i];
            if (elements > long.MaxValue || last > long.MaxValue)
            {
                throw Outside();
            }
        }

        var isEmpty = shape.Contains(0);
        if (offset < 0 || (isEmpty ? offset > storage.Count || elements > long.MaxValue / sizeof(double) : last >= storage.Count || elements > storage.Count))
        {
            throw Outside();
        }

        PickleFault Outside() => new(
            $"holds a view [{string.Join(", ", shape)}] with strides [{string.Join(", ", strides)}] from element {offset} on, which must lie inside its storage of {storage.Count} elements and have no more, but does not");
    }
}
