using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The keys and values that all layers of a decoder remember, an entry a token, handed out by the page. Sequences of any lengths share it, and what one lets go another takes.</summary>
/// <remarks>Its memory grows by doubling, as pages are rented, up to a budget; who reserves first never finds it full. Synchronous, on the device's thread.</remarks>
internal sealed class KeyValuePool : IDisposable
{
    /// <summary>How many entries a page has.</summary>
    public const int PageSize = 16;

    private const int FewestPages = 16;

    private readonly Tensor?[] keys, values;                      // of each layer, [entries, width]
    private readonly Stack<int> free = [];
    private readonly ScalarType dtype;
    private readonly Device device;
    private int pages;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="stack">The decoder's sizes.</param>
    /// <param name="dtype">The type of the states. On the CPU all is remembered in float32.</param>
    /// <param name="device">Where it lies.</param>
    /// <param name="budget">The most bytes it may hold; null, the default, for as many as are rented.</param>
    /// <param name="gathers">Whether it is treated as if the processor could not read it, so that tests of that need no other device; the default is false.</param>
    public KeyValuePool(StackConfig stack, ScalarType dtype, Device device, long? budget = null, bool gathers = false)
    {
        IsNear = device.type == DeviceType.CPU && !gathers;
        (this.device, this.dtype) = (device, IsNear ? ScalarType.Float32 : dtype);
        Width = (stack.KeyValueHeads ?? stack.Heads) * stack.HeadWidth;
        (keys, values) = (new Tensor?[stack.Layers], new Tensor?[stack.Layers]);
        PageBytes = 2L * PageSize * stack.Layers * Width * this.dtype.ElementSize();
        Most = budget is { } bytes ? (int)Math.Clamp(bytes / PageBytes, 1, int.MaxValue / PageSize) : int.MaxValue / PageSize;
    }

    /// <summary>Gets whether the processor reads it directly.</summary>
    public bool IsNear { get; }

    /// <summary>Gets how many numbers a key has, and a value, all heads together.</summary>
    public long Width { get; }

    /// <summary>Gets how many bytes a page takes, of all layers.</summary>
    public long PageBytes { get; }

    /// <summary>Gets how many pages there may be.</summary>
    public int Most { get; }

    /// <summary>Gets how many pages are promised to sequences.</summary>
    public int Reserved { get; private set; }

    /// <summary>Gets how many pages are rented.</summary>
    public int Rented => pages - free.Count;

    /// <summary>Counts the pages for some entries.</summary>
    public static int PagesFor(long entries) => (int)((entries + PageSize - 1) / PageSize);

    /// <summary>Promises pages, unless that many are not left.</summary>
    public bool TryReserve(int count)
    {
        if (count > Most - Reserved)
        {
            return false;
        }

        Reserved += count;
        return true;
    }

    /// <summary>Takes a promise back.</summary>
    public void Unreserve(int count) => Reserved -= count;

    /// <summary>Hands out a page.</summary>
    /// <returns>Its first entry.</returns>
    public int Rent()
    {
        if (free.Count == 0)
        {
            Grow();
        }

        return free.Pop() * PageSize;
    }

    /// <summary>Takes a page back.</summary>
    /// <param name="firstEntry">What <see cref="Rent"/> gave.</param>
    public void Return(int firstEntry) => free.Push(firstEntry / PageSize);

    /// <summary>Lets go of the memory, if no page is rented; it grows again.</summary>
    public void Trim()
    {
        if (Rented == 0 && pages > 0)
        {
            Dispose();
            Array.Clear(keys);
            Array.Clear(values);
            free.Clear();
            pages = 0;
        }
    }

    /// <summary>Gets all that a layer remembers, <c>[entries, width]</c> each.</summary>
    public KeyValues Of(int layer) => new(keys[layer]!, values[layer]!);

    /// <summary>Remembers rows.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="own">Keys and values, <c>[batch, heads, length, head width]</c> each.</param>
    /// <param name="rows">Which of the batch · length rows.</param>
    /// <param name="entries">Where each of them goes.</param>
    public void Write(int layer, KeyValues own, ReadOnlySpan<int> rows, ReadOnlySpan<int> entries)
    {
        Write(keys[layer]!, own.Keys, rows, entries);
        Write(values[layer]!, own.Values, rows, entries);
    }

    /// <summary>Remembers rows, where it <see cref="IsNear"/>.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="ownKeys">Keys, a row of <see cref="Width"/> numbers each.</param>
    /// <param name="ownValues">Values, likewise.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="entries">Where each of them goes.</param>
    public void Write(int layer, RowBlock ownKeys, RowBlock ownValues, ReadOnlySpan<int> rows, ReadOnlySpan<int> entries)
    {
        PagedAttention.Scatter(ownKeys, keys[layer]!, rows, entries);
        PagedAttention.Scatter(ownValues, values[layer]!, rows, entries);
    }

    public void Dispose()
    {
        foreach (var tensor in keys.Concat(values))
        {
            tensor?.Dispose();
        }
    }

    private void Write(Tensor to, Tensor own, ReadOnlySpan<int> rows, ReadOnlySpan<int> entries)
    {
        using var scope = NewDisposeScope();
        var from = own.transpose(1, 2).reshape(-1, Width).to_type(dtype);
        if (IsNear)
        {
            PagedAttention.Scatter(RowBlock.Of(from), to, rows, entries);
            return;
        }

        to.index_copy_(0, Indices(entries), from.index_select(0, Indices(rows)));
    }

    private Tensor Indices(ReadOnlySpan<int> values)
    {
        var wide = new long[values.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return tensor(wide, device: device);
    }

    private void Grow()
    {
        var more = Math.Min(Math.Max(FewestPages, 2 * pages), Most);
        if (more <= pages)
        {
            throw new InvalidOperationException($"The memory of keys and values holds at most {Most} pages of {PageSize} tokens, and all of them are taken. Reserve before renting.");
        }

        for (var layer = 0; layer < keys.Length; layer++)
        {
            keys[layer] = Grown(keys[layer], more);
            values[layer] = Grown(values[layer], more);
        }

        for (var page = more - 1; page >= pages; page--)
        {
            free.Push(page);
        }

        pages = more;
    }

    private Tensor Grown(Tensor? old, int more)
    {
        using var scope = NewDisposeScope();
        var grown = empty([(long)more * PageSize, Width], dtype, device);
        if (device.type == DeviceType.CPU)
        {
            HugePages.Expect(grown);
        }

        if (old is not null)
        {
            grown.narrow(0, 0, old.size(0)).copy_(old);
            old.Dispose();
        }

        return grown.DetachFromDisposeScope();
    }
}
