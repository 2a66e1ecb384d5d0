using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Writes to the sources of one batch in step, with a memory of their own.</summary>
internal sealed class PagedState : DecodingState
{
    private readonly KeyValuePool pool;
    private readonly PagedDecoding decoding;
    private readonly int beams;
    private readonly Device device;
    private List<DecodingSlot> slots;

    public PagedState(Transformer transformer, Stack decoder, EncodedStates source, int beams, Adapter? adapter)
    {
        (this.beams, device) = (beams, transformer.Device);
        pool = new(decoder.Shape, transformer.Dtype, device);
        decoding = new(transformer, decoder, pool);
        slots = [.. decoding.Join(source, [.. Enumerable.Repeat(beams, (int)source.Mask.size(0))], adapter)];
    }

    public override int Rows => slots.Count * beams;

    public override Tensor Next(Tensor tokens)
    {
        var count = (int)tokens.size(1);
        var ids = tokens.cpu().contiguous().data<long>().Select(id => (int)id).ToArray();         // [rows · count]
        if (count == 0 || beams == 1)
        {
            return decoding.Next([.. slots.Select((slot, at) => new DecodingFeed(slot, ids.AsMemory(at * count, count), IsShared: true))]);
        }

        // Beams may be fed different tokens.
        for (var at = 0; at < count - 1; at++)
        {
            using var scope = NewDisposeScope();
            Feed(at);
        }

        return Feed(count - 1);

        Tensor Feed(int at) =>
            decoding.Next([.. slots.Select((slot, number) => new DecodingFeed(slot, Enumerable.Range(number * beams, beams).Select(row => ids[(row * count) + at]).ToArray(), IsShared: false))]);
    }

    public override void Reorder(Tensor rows)
    {
        var origins = rows.cpu().data<long>().ToArray();
        for (var at = 0; at < slots.Count; at++)
        {
            slots[at].Reorder([.. origins.Skip(at * beams).Take(beams).Select(row => (int)row - (at * beams))]);
        }
    }

    public override void Keep(Tensor sources)
    {
        var kept = sources.cpu().data<long>().Select(at => slots[(int)at]).ToList();
        slots.Except(kept).ToList().ForEach(decoding.Leave);
        slots = kept;
    }

    public override void Dispose()
    {
        decoding.Dispose();
        pool.Dispose();
    }
}
