using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Decodes with a decoder that remembers segments, each token a segment of its own: what is kept are the keys and values of the memory and of what was written since, as far as tokens see back.</summary>
/// <remarks>The beams of a source stand side by side, share what was read, and reordering them moves a row of a mask.</remarks>
internal sealed class MemoryDecoding : DecodingState
{
    private readonly Transformer transformer;
    private readonly Stack decoder;
    private readonly Pass pass;
    private readonly int beams, reach;                            // a token sees those less than the reach away, itself included
    private readonly LayerCache[] caches;
    private readonly Tensor?[] distanceKeys;                      // of each layer, [heads, head width, distances]
    private Tensor? distances;                                    // [distances, width]
    private Tensor firstScores;                                   // [sources, vocabulary]: what may follow what was read
    private Tensor? past;                                         // [sources · beams, kept · beams]: what hides the entries written; null with one beam, which sees all
    private int sources, read, oldest, position;                  // entries of the memory, and the positions of the first token kept and of the next

    public MemoryDecoding(Transformer transformer, Stack decoder, Embedded input, int beams, Pass pass)
    {
        (this.transformer, this.decoder, this.beams, this.pass) = (transformer, decoder, beams, pass);
        var (memory, window) = (decoder.Shape.Memory, decoder.Shape.Window);
        reach = decoder.SeesAlikeInSegments ? window : memory + 1;
        caches = [.. decoder.Layers.Select(_ => new LayerCache())];
        distanceKeys = new Tensor?[caches.Length];
        (sources, read) = ((int)input.Mask.size(0), memory);
        using var scope = NewDisposeScope();
        var text = transformer.ReadSegments(input, pass);
        var last = Masks.LastOf(input.Mask).unsqueeze(-1).expand(-1, -1, input.States.size(-1));
        firstScores = transformer.Project(Transformer.Behind(input, text.States).gather(1, last), pass.Adapter).squeeze(1).to(ScalarType.Float32).DetachFromDisposeScope();
        var remembered = text.Remember();
        for (var i = 0; i < caches.Length && memory > 0; i++)
        {
            caches[i].Append(decoder.Layers[i].Remember(remembered.States[i], pass));
        }
    }

    public override int Rows => sources * beams;

    public override Tensor Next(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var count = (int)tokens.size(1);
        if (count == 0 && position == 0)
        {
            return firstScores.repeat_interleave(beams, 0).MoveToOuterDisposeScope();
        }

        Forget();
        MeasureTo(reach + count - 1);
        var side = tokens.view(sources, beams, count).transpose(1, 2).reshape(sources, count * beams);
        var x = decoder.Start(transformer.EmbedTargets(side, pass.Adapter), Places.From(position, count, beams), pass);
        var away = Away(count);
        var view = new DistanceView(distances!, Entries(away));
        var lineage = Lineage(count);
        var sight = new Sight(Mask(away, reach, lineage, x), decoder.HasWindow ? Mask(away, decoder.Shape.Window, lineage, x) : null, null);
        for (var i = 0; i < caches.Length; i++)
        {
            x = decoder.Layers[i].Forward(x, sight with { Distances = view with { Keys = distanceKeys[i] } }, caches[i], null, null, pass);
        }

        position += count;
        var last = decoder.Finish(x.narrow(1, (count - 1) * beams, beams), pass);
        return transformer.Project(last, pass.Adapter).view(Rows, -1).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    public override void Reorder(Tensor rows)
    {
        if (past is not null)
        {
            Replace(past.index_select(0, rows));
        }
    }

    public override void Keep(Tensor kept)
    {
        using var scope = NewDisposeScope();
        foreach (var cache in caches)
        {
            cache.Keep(kept);
        }

        var scores = firstScores.index_select(0, kept).DetachFromDisposeScope();
        firstScores.Dispose();
        firstScores = scores;
        if (past is not null)
        {
            Replace(past.view(sources, beams, -1).index_select(0, kept).flatten(0, 1));
        }

        sources = (int)kept.size(0);
    }

    public override void Dispose()
    {
        foreach (var cache in caches)
        {
            cache.Dispose();
        }

        foreach (var keys in distanceKeys)
        {
            keys?.Dispose();
        }

        distances?.Dispose();
        past?.Dispose();
        firstScores.Dispose();
    }

    // Lets go of what the next token does not see, and so none after it.
    private void Forget()
    {
        var first = position - reach + 1;                         // the first position that is seen; below 0 in the memory
        var (ofRead, ofWritten) = (read - Math.Clamp(-first, 0, read), Math.Max(0, first - oldest));
        if (ofRead + ofWritten == 0)
        {
            return;
        }

        foreach (var cache in caches)
        {
            cache.Drop(ofRead + (ofWritten * beams));
        }

        (read, oldest) = (read - ofRead, oldest + ofWritten);
        if (past is not null && ofWritten > 0)
        {
            Replace(past.narrow(1, ofWritten * beams, past.size(1) - (ofWritten * beams)).clone());
        }
    }

    // Makes the keys of as many distances in every layer.
    private void MeasureTo(int count)
    {
        if (distances is not null && distances.size(0) >= count)
        {
            return;
        }

        distances?.Dispose();
        distances = decoder.Distances!.Down(count, transformer.Device, transformer.Dtype).DetachFromDisposeScope();
        for (var i = 0; i < caches.Length; i++)
        {
            distanceKeys[i]?.Dispose();
            distanceKeys[i] = decoder.Layers[i].KeysOf(distances, pass).DetachFromDisposeScope();
        }
    }

    // How far each entry lies behind each query, [queries, entries], or [entries] for the beams of one position; below 0 where it comes later.
    private Tensor Away(int count)
    {
        var device = transformer.Device;
        var written = Ops.Range(oldest, position + count, device);
        var places = cat([Ops.Range(-read, 0, device), beams == 1 ? written : written.repeat_interleave(beams, 0)], 0);
        if (count == 1)
        {
            return tensor((long)position, device: device) - places;
        }

        return (Ops.Range(position, position + count, device).unsqueeze(1) - places).repeat_interleave(beams, 0);
    }

    private Tensor Entries(Tensor away)
    {
        using TorchSharp.Scalar last = distances!.size(0) - 1;
        return (tensor(distances.size(0) - 1, device: away.device) - away).clamp(Transformer.Zero, last);
    }

    // What hides from each query what lies as far as the limit, or later, or belongs to another beam; null for nothing.
    private Tensor? Mask(Tensor away, int limit, Tensor? lineage, Tensor like)
    {
        if (away.dim() == 1 && limit >= reach)
        {
            return lineage?.to_type(like.dtype);
        }

        using TorchSharp.Scalar far = limit;
        var hidden = away.ge(far).logical_or(away.lt(Transformer.Zero));
        var mask = zeros(hidden.shape, float32, like.device).masked_fill(hidden, Transformer.Masked);
        return (lineage is null ? mask : Ops.Add(lineage, mask)).to_type(like.dtype);
    }

    // What hides from each beam what others wrote, [sources, 1, queries, entries]; null with one beam.
    private Tensor? Lineage(int count)
    {
        if (beams == 1)
        {
            return null;
        }

        var others = full([beams, beams], Transformer.Masked, float32, transformer.Device).masked_fill(eye(beams, dtype: ScalarType.Bool, device: transformer.Device), Transformer.Zero);
        var own = others.repeat(sources, count);                                                 // [sources · beams, count · beams]
        Replace(past is null ? own : cat([past, own], 1));
        return nn.functional.pad(past!.view(sources, beams, -1), [read, 0]).repeat(1, count, 1).unsqueeze(1);
    }

    private void Replace(Tensor by)
    {
        past?.Dispose();
        past = by.DetachFromDisposeScope();
    }
}
