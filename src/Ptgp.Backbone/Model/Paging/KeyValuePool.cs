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

    private readonly Tensor?[] together;                          // of each layer keys and values, [2, entries, width]
    private readonly KeyValues[] apart;                           // views of them, [entries, width] each
    private readonly Stack<int> free = [];
    private Tensor? hides;
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
        (Device, Dtype) = (device, IsNear ? ScalarType.Float32 : dtype);
        Heads = stack.KeyValueHeads ?? stack.Heads;
        Width = Heads * stack.HeadWidth;
        (together, apart) = (new Tensor?[stack.Layers], new KeyValues[stack.Layers]);
        PageBytes = 2L * PageSize * stack.Layers * Width * Dtype.ElementSize();
        Most = budget is { } bytes ? (int)Math.Clamp(bytes / PageBytes, 1, int.MaxValue / PageSize) : int.MaxValue / PageSize;
    }

    /// <summary>Gets whether the processor reads it directly.</summary>
    public bool IsNear { get; }

    /// <summary>Gets the type of what is remembered.</summary>
    public ScalarType Dtype { get; }

    /// <summary>Gets where it lies.</summary>
    public Device Device { get; }

    /// <summary>Gets how many layers remember.</summary>
    public int Layers => together.Length;

    /// <summary>Gets how many heads keys have.</summary>
    public long Heads { get; }

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
            Array.Clear(together);
            Array.Clear(apart);
            free.Clear();
            pages = 0;
        }
    }

    /// <summary>Gets all that a layer remembers, <c>[entries, width]</c> each.</summary>
    public KeyValues Of(int layer) => apart[layer];

    /// <summary>Gets the same in one, keys first: <c>[2, entries, width]</c>.</summary>
    public Tensor Together(int layer) => together[layer]!;

    /// <summary>Gets what is added to the score of an entry that is seen, and of one that is hidden: <c>[1, 2]</c>.</summary>
    public Tensor Hides => hides ??= MakeHides();

    /// <summary>Tells whether pages are left beyond those that are promised.</summary>
    public bool HasRoomFor(int count) => count <= Most - Reserved;

    /// <summary>Remembers rows.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="own">Keys and values, <c>[batch, heads, length, head width]</c> each.</param>
    /// <param name="rows">Which of the batch · length rows.</param>
    /// <param name="entries">Where each of them goes.</param>
    public void Write(int layer, KeyValues own, ReadOnlySpan<int> rows, ReadOnlySpan<int> entries)
    {
        using var scope = NewDisposeScope();
        var (keys, values) = (Rows(own.Keys), Rows(own.Values));
        if (IsNear)
        {
            Write(layer, RowBlock.Of(keys), RowBlock.Of(values), rows, entries);
            return;
        }

        var (from, to) = (Indices(rows), Indices(entries));
        apart[layer].Keys.index_copy_(0, to, keys.index_select(0, from));
        apart[layer].Values.index_copy_(0, to, values.index_select(0, from));

        Tensor Rows(Tensor all) => all.transpose(1, 2).reshape(-1, Width).to_type(Dtype);
    }

    /// <summary>Remembers rows, where it <see cref="IsNear"/>.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="keys">Keys, a row of <see cref="Width"/> numbers each.</param>
    /// <param name="values">Values, likewise.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="entries">Where each of them goes.</param>
    public void Write(int layer, RowBlock keys, RowBlock values, ReadOnlySpan<int> rows, ReadOnlySpan<int> entries)
    {
        PagedAttention.Scatter(keys, apart[layer].Keys, rows, entries);
        PagedAttention.Scatter(values, apart[layer].Values, rows, entries);
    }

    /// <summary>Remembers all of some rows, in one operation where keys and values lie in one tensor; where it is not near.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="keys">Keys, a row of <see cref="Width"/> numbers each.</param>
    /// <param name="values">Values, likewise.</param>
    /// <param name="entries">Where each goes, <c>[rows]</c> of int64.</param>
    public void Write(int layer, RowBlock keys, RowBlock values, Tensor entries)
    {
        var rows = entries.size(0);
        var both = ReferenceEquals(keys.Tensor, values.Tensor) && keys.Step == values.Step
            ? keys.View([2, rows, Width], [values.Offset - keys.Offset, keys.Step, 1])
            : stack([keys.View([rows, Width], [keys.Step, 1]), values.View([rows, Width], [values.Step, 1])], 0);
        together[layer]!.index_copy_(1, entries, both);
    }

    public void Dispose()
    {
        for (var layer = 0; layer < together.Length; layer++)
        {
            apart[layer].Keys?.Dispose();
            apart[layer].Values?.Dispose();
            together[layer]?.Dispose();
        }

        hides?.Dispose();
        hides = null;
    }

    private Tensor MakeHides()
    {
        using var scope = NewDisposeScope();
        var masked = full([1, 1], Transformer.Masked, float32, Device);
        return cat([zeros_like(masked), masked], 1).to_type(Dtype).DetachFromDisposeScope();
    }

    private Tensor Indices(ReadOnlySpan<int> values)
    {
        var wide = new long[values.Length];
        for (var i = 0; i < wide.Length; i++)
        {
            wide[i] = values[i];
        }

        return tensor(wide, device: Device);
    }

    private void Grow()
    {
        var more = Math.Min(Math.Max(FewestPages, 2 * pages), Most);
        if (more <= pages)
        {
            throw new InvalidOperationException($"The memory of keys and values holds at most {Most} pages of {PageSize} tokens, and all of them are taken. Reserve before renting.");
        }

        for (var layer = 0; layer < together.Length; layer++)
        {
            Grow(layer, more);
        }

        for (var page = more - 1; page >= pages; page--)
        {
            free.Push(page);
        }

        pages = more;
    }

    private void Grow(int layer, int more)
    {
        using var scope = NewDisposeScope();
        var grown = empty([2, (long)more * PageSize, Width], Dtype, Device);
        if (Device.type == DeviceType.CPU)
        {
            HugePages.Expect(grown);
        }

        if (together[layer] is { } old)
        {
            grown.narrow(1, 0, old.size(1)).copy_(old);
            apart[layer].Keys.Dispose();
            apart[layer].Values.Dispose();
            old.Dispose();
        }

        together[layer] = grown.DetachFromDisposeScope();
        apart[layer] = new(grown.select(0, 0).DetachFromDisposeScope(), grown.select(0, 1).DetachFromDisposeScope());
    }
}
