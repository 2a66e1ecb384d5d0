using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Reads texts segment by segment with a decoder that remembers (Dai et al. 2019, section 3.2).</summary>
/// <remarks>
/// The padding of a row goes behind its data, where nothing looks, so that in all rows the same place sees as far: that of its row alone, whatever
/// the batch. Before its first segment a row remembers zeros, as the reference does, and they are seen.
/// </remarks>
internal sealed class SegmentReading
{
    // With fewer places a segment is not worth its cost.
    private const int ShortestSegment = 512;

    private readonly Stack decoder;
    private readonly SegmentMemory? before;
    private readonly Tensor[] read;                               // what each layer read, [batch, length, width], data first
    private readonly Tensor counts;                               // how many places of a row hold data, [batch]

    private SegmentReading(Stack decoder, Embedded segment, SegmentMemory? before, Pass pass, StateCapture? capture)
    {
        (this.decoder, this.before) = (decoder, before);
        read = new Tensor[decoder.Layers.Length];
        counts = segment.Mask.sum(1);
        var order = DataFirst.Of(segment.Mask);
        States = Read(order is null ? segment.States : order.Sort(segment.States), order, pass, capture);
    }

    /// <summary>Gets the last states, <c>[batch, length, width]</c>, in the order of the segment.</summary>
    public Tensor States { get; private init; }

    /// <summary>Reads one segment.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="segment">The segment; padding may lie anywhere in a row.</param>
    /// <param name="before">What is remembered of those before; null for the first.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="capture">Where states go when they are wanted.</param>
    public static SegmentReading Of(Stack decoder, Embedded segment, SegmentMemory? before, Pass pass, StateCapture? capture) => new(decoder, segment, before, pass, capture);

    /// <summary>Reads a whole text: in one segment, so that gradients flow through all of it; without gradients in several where that changes no state, which takes less memory.</summary>
    public static SegmentReading OfWhole(Stack decoder, Embedded text, Pass pass, StateCapture? capture)
    {
        var (length, most) = (text.States.size(1), Math.Max(ShortestSegment, decoder.Shape.Memory));
        if (length <= most || is_grad_enabled() || capture is not null || !decoder.SeesAlikeInSegments)
        {
            return Of(decoder, text, null, pass, capture);
        }

        SegmentReading? last = null;
        var states = new List<Tensor>();
        SegmentMemory? memory = null;
        for (long start = 0; start < length; start += most)
        {
            var count = Math.Min(most, length - start);
            last = Of(decoder, new(text.States.narrow(1, start, count), text.Mask.narrow(1, start, count)), memory, pass, null);
            states.Add(last.States);
            if (start + count < length)
            {
                var next = last.Remember();
                memory?.Dispose();
                memory = next;
            }
        }

        return new(last!, cat(states, 1));
    }

    // The last segment of a text, with the states of all.
    private SegmentReading(SegmentReading last, Tensor states) => (decoder, before, read, counts, States) = (last.decoder, last.before, last.read, last.counts, states);

    /// <summary>Makes what is to be remembered; it lives as long as the scope around.</summary>
    public SegmentMemory Remember()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var memory = decoder.Shape.Memory;
        var at = Ops.Add(counts.unsqueeze(1), Ops.Range(0, memory, counts.device)).unsqueeze(-1);               // of each row the last before its padding, [batch, memory, 1]
        return new([.. read.Select((states, i) => cat([before?.States[i] ?? Nothing(states), states.detach()], 1).gather(1, at.expand(-1, -1, states.size(-1))).MoveToOuterDisposeScope())]);

        Tensor Nothing(Tensor like) => zeros([like.size(0), memory, like.size(2)], like.dtype, like.device);
    }

    private Tensor Read(Tensor x, DataFirst? order, Pass pass, StateCapture? capture)
    {
        var (length, memory) = ((int)x.size(1), decoder.Shape.Memory);
        x = decoder.Start(x, Places.From(0, length), pass);
        var sight = See(x, memory, length) with { Distances = new(pass.Drop(decoder.Distances!.Down(memory + length, x.device, x.dtype))) };
        for (var i = 0; i < read.Length; i++)
        {
            read[i] = x;
            capture?.DecoderStates.Add(Undo(x));
            using var scope = NewDisposeScope();
            x = (pass.Recomputes ? Recompute(i, x, sight, pass) : Compute(i, x, sight, before?.States[i], pass)).MoveToOuterDisposeScope();
            if (pass.SelfAttentions is { } attentions)
            {
                attentions[^1] = (order?.UndoAttention(attentions[^1]) ?? attentions[^1]).MoveToOuterDisposeScope();
            }
        }

        x = Undo(decoder.Finish(x, pass));
        capture?.DecoderStates.Add(x);
        return x;

        Tensor Undo(Tensor states) => order is null ? states : order.Undo(states);
    }

    private Tensor Compute(int layer, Tensor x, Sight sight, Tensor? remembered, Pass pass) =>
        decoder.Layers[layer].Forward(x, sight, null, null, null, pass, decoder.Shape.Memory == 0 ? null : Remember(layer, x, remembered, pass));

    private Tensor Recompute(int layer, Tensor x, Sight sight, Pass pass) =>
        Recomputation.Of(inputs => Compute(layer, inputs[0]!, Sight.Of(inputs.AsSpan(2)), inputs[1], pass), pass.Draws, [x, before?.States[layer], .. sight.Tensors]);

    // Keys and values of what a layer remembers. All zeros give the same, so one is enough.
    private KeyValues Remember(int layer, Tensor like, Tensor? remembered, Pass pass)
    {
        if (remembered is not null)
        {
            return decoder.Layers[layer].Remember(remembered, pass);
        }

        var (keys, values) = decoder.Layers[layer].Remember(zeros([1, 1, like.size(2)], like.dtype, like.device), pass);
        long[] shape = [like.size(0), -1, decoder.Shape.Memory, -1];
        return new(keys.expand(shape), values.expand(shape));
    }

    // Places see those before them in the segment, and the memory: all of it, or in layers with a window what is near.
    private Sight See(Tensor like, int memory, int length)
    {
        var future = full([length, memory + length], Transformer.Masked, float32, like.device).triu(memory + 1);
        var far = decoder.HasWindow ? full([length, memory + length], Transformer.Masked, float32, like.device).tril(memory - decoder.Shape.Window) : null;
        return new(future.to_type(like.dtype), far is null ? null : Ops.Add(future, far).to_type(like.dtype), null);
    }
}
