using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Decodes with cached keys and values, the encoder's computed once a source and never copied for its beams.</summary>
/// <remarks>
/// The beams of a source stand side by side as if they were positions of one sequence, <c>[sources, count · beams, width]</c>: all
/// look at the same cache, and a mask says which entries are a beam's own past. So reordering beams moves a row of that mask and no
/// key or value. Where the decoder stands alone, the cache begins with what was read, once for all beams of a source.
/// </remarks>
internal sealed class CachedDecoding : DecodingState
{
    private readonly Transformer transformer;
    private readonly Stack decoder;
    private readonly Pass pass;
    private readonly int beams;
    private readonly LayerCache[] caches;
    private readonly KeyValues?[] memory;
    private Tensor? memoryMask;                                   // [sources, 1, 1, source length]
    private Tensor? past;                                         // [sources · beams, room]: what hides the entries written; null with one beam, which sees all
    private Tensor? readMask;                                     // [sources, 1, 1, read]: what hides padding in what was read; null where there is none
    private Tensor? readPlaces, readCounts;                       // [sources, read] and [sources]: the positions of what was read, and how many these are
    private Tensor? firstScores;                                  // [sources, vocabulary]: what may follow what was read
    private int sources, position, read, mostRead;                // position counts what was written since

    public CachedDecoding(Transformer transformer, Stack decoder, EncodedStates source, int beams, Pass pass)
    {
        (this.transformer, this.decoder, this.beams, this.pass) = (transformer, decoder, beams, pass);
        caches = [.. decoder.Layers.Select(_ => new LayerCache())];
        memory = new KeyValues?[decoder.Layers.Length];
        using var scope = NewDisposeScope();
        if (source.IsCausal)
        {
            Read(source.Input);
            return;
        }

        var states = source.States;
        sources = (int)states.size(0);
        memoryMask = Transformer.Hide(source.Mask)?.to_type(states.dtype).DetachFromDisposeScope();
        for (var i = 0; i < memory.Length; i++)
        {
            if (decoder.Layers[i].CrossAttention is { } cross)
            {
                var (keys, values) = cross.Remember(states, pass);
                memory[i] = new(keys.contiguous().DetachFromDisposeScope(), values.contiguous().DetachFromDisposeScope());
            }
        }
    }

    public override int Rows => sources * beams;

    public override Tensor Next(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var count = (int)tokens.size(1);
        if (count == 0 && position == 0 && firstScores is not null)
        {
            return firstScores.repeat_interleave(beams, 0).MoveToOuterDisposeScope();
        }

        var side = tokens.view(sources, beams, count).transpose(1, 2).reshape(sources, count * beams);
        var places = readCounts is null ? Places.From(position, count, beams) : Places.After(readCounts, mostRead, position, count, beams);
        var x = decoder.Start(transformer.EmbedTargets(side), places, pass);
        var sight = decoder.See(places, () => PlacesOfAll(count), Mask(count), x);
        for (var i = 0; i < caches.Length; i++)
        {
            x = decoder.Layers[i].Forward(x, sight, caches[i], memory[i], memoryMask, pass);
        }

        position += count;
        var last = decoder.Finish(x.narrow(1, (count - 1) * beams, beams), pass);
        return transformer.Project(last).view(Rows, -1).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public override void Reorder(Tensor rows)
    {
        if (past is not null)
        {
            using var scope = NewDisposeScope();
            var used = past.narrow(1, 0, position * beams);
            used.copy_(used.index_select(0, rows));
        }
    }

    public override void Keep(Tensor kept)
    {
        using var scope = NewDisposeScope();
        foreach (var cache in caches)
        {
            cache.Keep(kept);
        }

        for (var i = 0; i < memory.Length; i++)
        {
            if (memory[i] is { } old)
            {
                memory[i] = new(Select(old.Keys, kept), Select(old.Values, kept));
            }
        }

        memoryMask = memoryMask is null ? null : Select(memoryMask, kept);
        readMask = readMask is null ? null : Select(readMask, kept);
        firstScores = firstScores is null ? null : Select(firstScores, kept);
        if (readCounts is not null)
        {
            (readPlaces, readCounts) = (Select(readPlaces!, kept), Select(readCounts, kept));
            mostRead = (int)readCounts.max().item<long>();
        }

        past = past is null ? null : Select(past.view(sources, beams, -1), kept).flatten(0, 1).DetachFromDisposeScope();
        sources = (int)kept.size(0);
    }

    public override void Dispose()
    {
        foreach (var cache in caches)
        {
            cache.Dispose();
        }

        foreach (var seen in memory)
        {
            seen?.Keys.Dispose();
            seen?.Values.Dispose();
        }

        memoryMask?.Dispose();
        past?.Dispose();
        readMask?.Dispose();
        readPlaces?.Dispose();
        readCounts?.Dispose();
        firstScores?.Dispose();
    }

    private void Read(Embedded input)
    {
        (sources, read) = ((int)input.States.size(0), (int)input.States.size(1));
        readMask = Transformer.Hide(input.Mask)?.DetachFromDisposeScope();
        readPlaces = Places.Of(input.Mask).At(input.Mask.device).DetachFromDisposeScope();
        readCounts = input.Mask.sum(1).DetachFromDisposeScope();
        mostRead = (int)readCounts.max().item<long>();
        var states = transformer.ReadOn(input, pass, null, caches);
        var last = Transformer.LastOf(input.Mask).unsqueeze(-1).expand(-1, -1, states.size(-1));
        firstScores = transformer.Project(states.gather(1, last)).squeeze(1).to(ScalarType.Float32).DetachFromDisposeScope();
    }

    // The positions of all entries of the cache, [sources, entries].
    private Tensor PlacesOfAll(int count)
    {
        var written = Places.After(readCounts!, mostRead, 0, position + count, beams).At(Device);
        return cat([readPlaces!, written], 1);
    }

    // What is added to the scores of count · beams queries for all entries of the cache, these queries' own included.
    private Tensor? Mask(int count)
    {
        var written = MaskOfWritten(count);
        if (read == 0 || (written is null && readMask is null))
        {
            return written;
        }

        var queries = written?.size(-2) ?? 1;
        var ofRead = readMask ?? zeros([1, 1, 1, read], float32, Device);
        var ofWritten = written ?? zeros([1, 1, 1, position + count], float32, Device);
        while (ofWritten.dim() < 4)
        {
            ofWritten = ofWritten.unsqueeze(0);
        }

        var rows = Math.Max(ofRead.size(0), ofWritten.size(0));
        return cat([ofRead.expand(rows, 1, queries, read), ofWritten.expand(rows, 1, queries, -1)], -1);
    }

    private Tensor? MaskOfWritten(int count)
    {
        var (before, entries) = (position * beams, (position + count) * beams);
        var bias = decoder.Bias?.Between(position, count, position + count);                     // [1, heads, count, positions]
        if (bias is not null && beams > 1)
        {
            bias = bias.repeat_interleave(beams, 2).repeat_interleave(beams, 3);
        }

        if (beams == 1)
        {
            var future = count == 1 ? null : cat([zeros(count, before), full([count, count], Transformer.Masked).triu(1)], 1).to(Device);
            return bias is null ? future : future is null ? bias : bias + future;
        }

        var own = full([beams, beams], Transformer.Masked, float32, Device).masked_fill(eye(beams, dtype: ScalarType.Bool, device: Device), Transformer.Zero);
        Grow(entries);
        past!.narrow(1, before, count * beams).copy_(own.repeat(sources, count));
        var seen = past.view(sources, beams, -1).narrow(2, 0, entries);                          // [sources, beams, entries]
        if (count > 1)
        {
            var future = full([count, count], Transformer.Masked, float32, Device).triu(1).repeat_interleave(beams, 0).repeat_interleave(beams, 1);
            seen = seen.repeat(1, count, 1) + cat([zeros([count * beams, before], float32, Device), future], 1);
        }

        var mask = seen.unsqueeze(1);                                                            // [sources, 1, count · beams, entries]
        return bias is null ? mask : bias + mask;
    }

    private void Grow(int entries)
    {
        if (past is not null && past.size(1) >= entries)
        {
            return;
        }

        var grown = empty([Rows, Math.Max(entries, Math.Max(16 * beams, 2 * position * beams))], float32, Device);
        if (past is not null)
        {
            grown.narrow(1, 0, position * beams).copy_(past.narrow(1, 0, position * beams));
            past.Dispose();
        }

        past = grown.DetachFromDisposeScope();
    }

    private Device Device => transformer.Device;

    private static Tensor Select(Tensor old, Tensor kept)
    {
        var selected = old.index_select(0, kept).DetachFromDisposeScope();
        old.Dispose();
        return selected;
    }
}
