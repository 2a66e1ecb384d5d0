using Ptgp.Backbone.Native;
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
    private readonly VirtualPrefix? prefix;
    private readonly int ahead, shift;                            // the places of the prefix, and the position of the first token after it
    private int sources, position, read, mostRead;                // read counts the prefix too; position counts what was written since

    public CachedDecoding(Transformer transformer, Stack decoder, EncodedStates source, int beams, Pass pass)
    {
        (this.transformer, this.decoder, this.beams, this.pass) = (transformer, decoder, beams, pass);
        caches = [.. decoder.Layers.Select(_ => new LayerCache())];
        memory = new KeyValues?[decoder.Layers.Length];
        prefix = pass.PrefixOf(isDecoder: true);
        ahead = prefix?.Length ?? 0;
        shift = prefix is { WritesLate: true } ? 0 : ahead;
        using var scope = NewDisposeScope();
        if (source.IsCausal)
        {
            Read(source.Input);
            return;
        }

        source = BehindPrompt.Memory(source);
        var states = source.States;
        (sources, read) = ((int)states.size(0), ahead);
        memoryMask = Masks.Hide(source.Mask)?.to_type(states.dtype).DetachFromDisposeScope();
        for (var i = 0; i < memory.Length; i++)
        {
            if (prefix is not null)
            {
                caches[i].Append(prefix.Of(i, states));
            }

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
        var places = readCounts is null ? Places.From(shift + position, count, beams) : Places.After(readCounts, mostRead, position, count, beams);
        var x = decoder.Start(transformer.EmbedTargets(side, pass.Adapter), places, pass);
        var sight = decoder.See(places, () => PlacesOfAll(count), Mask(count), x);
        for (var i = 0; i < caches.Length; i++)
        {
            x = decoder.Layers[i].Forward(x, sight, caches[i], memory[i], memoryMask, pass);
        }

        position += count;
        var last = decoder.Finish(x.narrow(1, (count - 1) * beams, beams), pass);
        return transformer.Project(last, pass.Adapter).view(Rows, -1).to(ScalarType.Float32).MoveToOuterDisposeScope();
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
        // All that a row sees before what it writes: the prefix, the prompt, the input.
        var mask = pass.Adapter?.Prompt is { } prompt ? prompt.Before(input.Mask) : input.Mask;
        mask = ahead == 0 ? mask : cat([ones([mask.size(0), ahead], ScalarType.Bool, mask.device), mask], 1);
        (sources, read) = ((int)mask.size(0), (int)mask.size(1));
        readMask = Masks.Hide(mask)?.DetachFromDisposeScope();
        readPlaces = Places.Of(mask).At(mask.device).DetachFromDisposeScope();
        readCounts = mask.sum(1).DetachFromDisposeScope();
        mostRead = (int)readCounts.max().item<long>();
        var states = transformer.ReadOn(input, pass, null, caches);
        var last = Masks.LastOf(input.Mask).unsqueeze(-1).expand(-1, -1, states.size(-1));
        firstScores = transformer.Project(states.gather(1, last), pass.Adapter).squeeze(1).to(ScalarType.Float32).DetachFromDisposeScope();
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
        var bias = decoder.Bias?.Between(shift + position, count, ahead + position + count);     // [1, heads, count, positions]
        if (shift < ahead)
        {
            var late = full([count, ahead + position + count], Transformer.Masked, float32, Device).triu(position + 1).view(1, 1, count, -1);
            bias = bias is null ? late : Ops.Add(bias, late);
        }

        bias = bias is null || beams == 1 ? bias : bias.repeat_interleave(beams, 2);
        var written = MaskOfWritten(count, bias?.narrow(-1, ahead, position + count));
        if (read == 0 || (written is null && readMask is null))
        {
            return written;
        }

        var queries = written?.size(-2) ?? 1;
        var ofRead = readMask ?? (bias is null ? zeros([1, 1, 1, read], float32, Device) : bias.narrow(-1, 0, read));
        var ofWritten = written ?? zeros([1, 1, 1, position + count], float32, Device);
        while (ofWritten.dim() < 4)
        {
            ofWritten = ofWritten.unsqueeze(0);
        }

        var rows = Math.Max(ofRead.size(0), ofWritten.size(0));
        var heads = Math.Max(ofRead.size(1), ofWritten.size(1));
        return cat([ofRead.expand(rows, heads, queries, read), ofWritten.expand(rows, heads, queries, -1)], -1);
    }

    // The bias is [1, heads, count · beams, positions].
    private Tensor? MaskOfWritten(int count, Tensor? bias)
    {
        var (before, entries) = (position * beams, (position + count) * beams);
        bias = bias is null || beams == 1 ? bias : bias.repeat_interleave(beams, 3);
        if (beams == 1)
        {
            var future = count == 1 ? null : cat([zeros([count, before], float32, Device), Masks.Future(count, Device)], 1);
            return bias is null ? future : future is null ? bias : Ops.Add(bias, future);
        }

        var own = full([beams, beams], Transformer.Masked, float32, Device).masked_fill(eye(beams, dtype: ScalarType.Bool, device: Device), Transformer.Zero);
        Grow(entries);
        past!.narrow(1, before, count * beams).copy_(own.repeat(sources, count));
        var seen = past.view(sources, beams, -1).narrow(2, 0, entries);                          // [sources, beams, entries]
        if (count > 1)
        {
            var future = Masks.Future(count, Device).repeat_interleave(beams, 0).repeat_interleave(beams, 1);
            seen = Ops.Add(seen.repeat(1, count, 1), cat([zeros([count * beams, before], float32, Device), future], 1));
        }

        var mask = seen.unsqueeze(1);                                                            // [sources, 1, count · beams, entries]
        return bias is null ? mask : Ops.Add(bias, mask);
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
