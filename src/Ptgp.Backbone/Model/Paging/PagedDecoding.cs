using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Decodes sequences of any lengths, adapters and numbers of beams in one pass a step: a row each through the shared layers, and each looking at its own entries of a <see cref="KeyValuePool"/>. Nothing is padded.</summary>
/// <param name="transformer">The backbone.</param>
/// <param name="decoder">Its decoder.</param>
/// <param name="pool">The memory; it stays the caller's.</param>
internal sealed class PagedDecoding(Transformer transformer, Stack decoder, KeyValuePool pool) : DecodingBatch
{
    private readonly HashSet<PagedSequence> sequences = [];
    private readonly DistanceTable? biases = decoder.Bias is { } bias ? new(bias, pool) : null;
    private PagedSight? sight;

    public override IReadOnlyList<DecodingSlot> Join(EncodedStates source, IReadOnlyList<int> beams, Adapter? adapter)
    {
        using var scope = NewDisposeScope();
        if (sequences.Count == 0)
        {
            biases?.Forget();                                     // the backbone may have been trained since
        }

        PagedSequence[] joined = [.. beams.Select(count => new PagedSequence(pool, count, adapter))];
        try
        {
            Pass pass = new(transformer.Config, adapter, isTraining: false);
            if (source.IsCausal)
            {
                Read(source.Input, joined, pass);
            }
            else
            {
                Remember(BehindPrompt.Memory(source), joined, pass);
            }
        }
        catch
        {
            Array.ForEach(joined, sequence => sequence.Release());
            throw;
        }

        sequences.UnionWith(joined);
        return joined;
    }

    public override Tensor Next(IReadOnlyList<DecodingFeed> feeds)
    {
        using var scope = NewDisposeScope();
        PagedStep step = new(feeds);
        if (step.Rows == 0)
        {
            return Logits(null, step).MoveToOuterDisposeScope();
        }

        var first = (sight ??= new(pool, decoder, biases)).See(step, out var tokens, out var places);
        var spans = AdapterSpans.Of(step.Adapters, transformer.Config.IsStrict);
        Pass pass = spans.AreOne ? new(transformer.Config, spans.Adapter, isTraining: false) : new(transformer.Config, spans);
        var x = decoder.Start(spans.AreOne ? transformer.EmbedTargets(tokens, spans.Adapter) : spans.Compute(tokens, AdaptedTables.ChangeEmbeddings, transformer.EmbedTargets), places, pass);
        var rotation = decoder.Turn(places, x, transformer.Config.IsStrict);
        for (var i = 0; i < decoder.Layers.Length; i++)
        {
            x = decoder.Layers[i].Forward(x, rotation, first with { Layer = i }, pass);
        }

        return Logits(x, step).MoveToOuterDisposeScope();
    }

    public override void Leave(DecodingSlot slot)
    {
        if (slot is PagedSequence sequence && sequences.Remove(sequence))
        {
            sight?.Forget(sequence);
            sequence.Release();
        }
    }

    public override void Dispose()
    {
        foreach (var sequence in sequences)
        {
            sequence.Release();
        }

        sequences.Clear();
        sight?.Dispose();
        biases?.Dispose();
    }

    /// <summary>Counts the most pages that a sequence takes.</summary>
    /// <param name="config">The backbone's shape.</param>
    /// <param name="read">How many states or tokens were read.</param>
    /// <param name="given">How many tokens all beams are given, those that were read included where there is no encoder.</param>
    /// <param name="longest">How long they may grow.</param>
    /// <param name="beams">How many they are.</param>
    /// <param name="adapter">The task's deltas.</param>
    public static int PagesFor(TransformerConfig config, int read, int given, int longest, int beams, Adapter? adapter)
    {
        var prompt = adapter?.Prompt?.Length ?? 0;
        var shared = (config.Encoder is null ? 0 : read + prompt) + (adapter?.Ahead(config) ?? 0) + given;
        return KeyValuePool.PagesFor(shared + ((long)Math.Max(0, longest - given) * beams));
    }

    // An encoder's states: the keys and values of each layer's attention to them, and the prefix before what will be written.
    private void Remember(EncodedStates source, PagedSequence[] joined, Pass pass)
    {
        var prefix = pass.PrefixOf(isDecoder: true);
        var ahead = prefix?.Length ?? 0;
        var (rows, entries) = Take(source.Mask, joined, (sequence, count) =>
        {
            sequence.Remember(count);
            return sequence.Memory;
        });
        int[] aheadEntries = [.. joined.SelectMany(sequence => sequence.AppendShared(ahead))], aheadRows = [.. joined.SelectMany(_ => Enumerable.Range(0, ahead))];
        Array.ForEach(joined, sequence => sequence.Unplaced = prefix is { WritesLate: true } ? ahead : 0);
        for (var i = 0; i < decoder.Layers.Length; i++)
        {
            using var scope = NewDisposeScope();
            if (prefix is not null)
            {
                pool.Write(i, prefix.Of(i, source.States.narrow(0, 0, 1)), aheadRows, aheadEntries);
            }

            if (decoder.Layers[i].CrossAttention is { } cross)
            {
                pool.Write(i, cross.Remember(source.States, pass), rows, entries);
            }
        }
    }

    // All that a row sees before what it writes: the prefix, the prompt, the input.
    private void Read(Embedded input, PagedSequence[] joined, Pass pass)
    {
        var ahead = pass.PrefixOf(isDecoder: true)?.Length ?? 0;
        var mask = pass.Adapter?.Prompt is { } prompt ? prompt.Before(input.Mask) : input.Mask;
        mask = ahead == 0 ? mask : cat([ones([mask.size(0), ahead], ScalarType.Bool, mask.device), mask], 1);
        LayerCache[] caches = [.. decoder.Layers.Select(_ => new LayerCache())];
        try
        {
            var states = transformer.ReadOn(input, pass, null, caches);
            var (rows, entries) = Take(mask, joined, (sequence, count) => sequence.AppendShared(count));
            for (var i = 0; i < caches.Length; i++)
            {
                pool.Write(i, caches[i].All, rows, entries);
            }

            var last = Masks.LastOf(input.Mask).unsqueeze(-1).expand(-1, -1, states.size(-1));
            var scores = transformer.Project(states.gather(1, last), pass.Adapter).squeeze(1).to(ScalarType.Float32);       // [sources, vocabulary]
            for (var row = 0; row < joined.Length; row++)
            {
                joined[row].FirstScores = scores.narrow(0, row, 1).clone().DetachFromDisposeScope();
            }
        }
        finally
        {
            Array.ForEach(caches, cache => cache.Dispose());
        }
    }

    // Makes room for the data of each row of a mask [batch, length]: the numbers of these places, and where they go.
    private static (int[] Rows, int[] Entries) Take(Tensor mask, PagedSequence[] joined, Func<PagedSequence, int, int[]> take)
    {
        var isData = mask.cpu().contiguous().data<bool>().ToArray();
        var length = (int)mask.size(1);
        List<int> rows = [], entries = [];
        for (var at = 0; at < joined.Length; at++)
        {
            int[] places = [.. Enumerable.Range(at * length, length).Where(place => isData[place])];
            // A row of nothing but padding sees that.
            places = places.Length == 0 ? [.. Enumerable.Range(at * length, length)] : places;
            rows.AddRange(places);
            entries.AddRange(take(joined[at], places.Length));
        }

        return ([.. rows], [.. entries]);
    }

    // What may follow each beam, [sum of beams, vocabulary].
    private Tensor Logits(Tensor? x, PagedStep step)
    {
        // One row for each different state; then each beam's.
        List<long> wanted = [], beamsOf = [];
        List<Adapter?> adapters = [];
        List<Tensor> first = [];
        var made = step.Ends.Sum(end => end.Row < 0 ? 0 : end.IsShared ? end.Scored : end.Sequence.Beams);
        foreach (var (sequence, row, isShared, scored) in step.Ends)
        {
            for (var at = 0; at < scored - 1; at++)
            {
                wanted.Add(row + at);
                adapters.Add(sequence.Adapter);
                beamsOf.Add(wanted.Count - 1);
            }

            for (var beam = 0; beam < sequence.Beams; beam++)
            {
                if (row < 0)
                {
                    beamsOf.Add(made + first.Count);
                    continue;
                }

                if (beam == 0 || !isShared)
                {
                    wanted.Add(row + (isShared ? scored - 1 : beam));
                    adapters.Add(sequence.Adapter);
                }

                beamsOf.Add(wanted.Count - 1);
            }

            if (row < 0)
            {
                first.Add(sequence.FirstScores ?? throw new InvalidOperationException("Nothing was fed, and what may follow what was read is not known. Feed a token."));
            }
        }

        Tensor? logits = null;
        if (x is not null)
        {
            var spans = AdapterSpans.Of(adapters, transformer.Config.IsStrict);
            var states = wanted.Count == step.Rows ? x : x.index_select(0, tensor(wanted.ToArray(), device: x.device));
            states = decoder.Finish(states, new(transformer.Config, spans));
            logits = (spans.AreOne ? transformer.Project(states, spans.Adapter) : spans.Compute(states, AdaptedTables.Change, transformer.Project));
            logits = logits.dtype == ScalarType.Float32 ? logits : logits.to_type(ScalarType.Float32);
        }

        var all = first.Count == 0 ? logits! : cat([.. logits is null ? [] : new[] { logits }, .. first], 0);
        return beamsOf.Count == all.size(0) && first.Count == 0 ? all : all.index_select(0, tensor(beamsOf.ToArray(), device: all.device));
    }
}
