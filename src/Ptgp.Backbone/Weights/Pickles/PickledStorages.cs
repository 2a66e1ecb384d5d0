namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>The storages that a pickle refers to, each once.</summary>
internal sealed class PickledStorages
{
    private readonly Dictionary<string, PickledStorage> storages = new(StringComparer.Ordinal);

    /// <summary>Takes note of a storage, and gives the one that is known by its key.</summary>
    /// <exception cref="PickleFault">The key stands for another storage already.</exception>
    public PickledStorage Add(PickledStorage storage) => storages.TryAdd(storage.Key, storage) || storages[storage.Key] == storage
        ? storages[storage.Key]
        : throw new PickleFault($"describes storage {PickleFault.Quote(storage.Key)} in two ways");

    public PickledStorage? Find(string key) => storages.GetValueOrDefault(key);
}
