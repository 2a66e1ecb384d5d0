namespace Ptgp.Backbone.Tokenization;

/// <summary>Entries and their ids, both ways. Ids may have gaps.</summary>
internal sealed class Vocabulary
{
    private readonly Dictionary<string, int> ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private string?[] entries;

    public Vocabulary(int capacity)
    {
        ids = new(capacity, StringComparer.Ordinal);
        lookup = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        entries = new string?[capacity];
    }

    /// <summary>Gets one more than the highest id.</summary>
    public int Count { get; private set; }

    /// <summary>Gets all entries with their ids.</summary>
    public IReadOnlyDictionary<string, int> Entries => ids;

    /// <summary>Adds an entry, or gives it another id.</summary>
    public void Add(string entry, int id)
    {
        ids[entry] = id;
        if (id >= entries.Length)
        {
            Array.Resize(ref entries, Math.Max(id + 1, entries.Length * 2));
        }

        entries[id] = entry;
        Count = Math.Max(Count, id + 1);
    }

    /// <summary>Gets the entry of an id; null when there is none.</summary>
    public string? Find(int id) => (uint)id < (uint)Count ? entries[id] : null;

    /// <summary>Finds the id of an entry; -1 when there is none.</summary>
    public int Find(ReadOnlySpan<char> entry) => lookup.TryGetValue(entry, out var id) ? id : -1;
}
