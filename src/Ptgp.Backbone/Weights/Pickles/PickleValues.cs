using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>What a pickle holds under names. Keys stay as they come: nothing is hashed or compared, so that no pickle makes this slow.</summary>
internal sealed class PickleDictionary
{
    private List<(object? Key, object? Value)>? pairs;

    public IReadOnlyList<(object? Key, object? Value)> Pairs => pairs ?? (IReadOnlyList<(object?, object?)>)[];

    public void Add(object? key, object? value) => (pairs ??= []).Add((key, value));
}

/// <summary>What a pickle holds in a row that may grow; a tuple is an array.</summary>
internal sealed class PickleList
{
    private List<object?>? items;

    public IReadOnlyList<object?> Items => items ?? (IReadOnlyList<object?>)[];

    public void Add(object? item) => (items ??= []).Add(item);
}

/// <summary>Something a pickle may call: the name of a function that rebuilds what we know.</summary>
internal sealed record PickleFunction(string Name, Func<object?[], object> Call);

/// <summary>The class of a storage, such as <c>torch.FloatStorage</c>.</summary>
internal sealed record StorageClass(ScalarType Type);

/// <summary>A storage that a pickle refers to: so many elements that lie elsewhere in the file.</summary>
internal sealed record PickledStorage(ScalarType Type, string Key, long Count);

/// <summary>A tensor as a pickle describes it: a view of a storage that lies inside it.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);
