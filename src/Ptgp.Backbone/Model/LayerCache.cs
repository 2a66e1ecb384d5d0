using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The keys and values that one decoder layer has seen, in memory that grows by doubling.</summary>
internal sealed class LayerCache : IDisposable
{
    private Tensor? keys, values;                                 // [batch, heads, room, head width]
    private long start, used;                                     // what is held lies between the two

    /// <summary>Adds what is new and returns all, as views of the memory.</summary>
    public KeyValues Append(KeyValues own)
    {
        var count = own.Keys.size(2);
        if (keys is null || used + count > keys.size(2))
        {
            keys = Grow(keys, own.Keys, used - start + count);
            values = Grow(values, own.Values, used - start + count);
            (start, used) = (0, used - start);
        }

        using (keys.narrow(2, used, count).copy_(own.Keys))
        using (values!.narrow(2, used, count).copy_(own.Values))
        {
            used += count;
        }

        return All;
    }

    /// <summary>Gets all that is held, as views of the memory.</summary>
    public KeyValues All => new(keys!.narrow(2, start, used - start), values!.narrow(2, start, used - start));

    /// <summary>Forgets the first entries.</summary>
    public void Drop(long count) => start += count;

    /// <summary>Keeps only some rows of the batch, <c>[kept]</c>.</summary>
    public void Keep(Tensor rows)
    {
        if (keys is not null)
        {
            keys = Replace(keys, keys.index_select(0, rows));
            values = Replace(values!, values!.index_select(0, rows));
        }
    }

    public void Dispose()
    {
        keys?.Dispose();
        values?.Dispose();
    }

    private Tensor Grow(Tensor? old, Tensor like, long needed)
    {
        var held = used - start;
        var room = Math.Max(needed, Math.Max(16, 2 * held));
        var grown = empty([like.size(0), like.size(1), room, like.size(3)], like.dtype, like.device);
        if (old is null)
        {
            return grown.DetachFromDisposeScope();
        }

        grown.narrow(2, 0, held).copy_(old.narrow(2, start, held));
        return Replace(old, grown);
    }

    private static Tensor Replace(Tensor old, Tensor by)
    {
        old.Dispose();
        return by.DetachFromDisposeScope();
    }
}
