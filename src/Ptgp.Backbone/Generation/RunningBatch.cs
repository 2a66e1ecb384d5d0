using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>What is written at the moment with some weights. Synchronous, on the device's thread.</summary>
internal sealed class RunningBatch : IDisposable
{
    // Inputs up to this long are read together whatever their lengths: they cost less than another pass.
    private const int ShortInput = 32;

    private readonly Transformer weights;
    private readonly EngineLimits limits;
    private readonly KeyValuePool pool;
    private DecodingLoop loop;

    /// <summary>Makes a batch in which nothing is written.</summary>
    public RunningBatch(Transformer weights, EngineLimits limits)
    {
        (this.weights, this.limits) = (weights, limits);
        pool = weights.MakePool(limits.MemoryBytes, limits.Gathers);
        loop = Begin();
    }

    /// <summary>Gets how many rows are written.</summary>
    public int Rows => loop.Rows;

    /// <summary>Gets how many passes over inputs there were.</summary>
    public int Reads { get; private set; }

    /// <summary>Promises a request the memory that it may need.</summary>
    /// <returns>False when it must wait.</returns>
    /// <exception cref="MemoryBudgetException">It needs more than there is.</exception>
    /// <exception cref="ArgumentException">It needs more positions than the backbone has.</exception>
    public bool TryReserve(EngineItem item)
    {
        var search = item.Search;
        weights.CheckLength(search.Longest, item.Request.Adapter);
        var pages = PagedDecoding.PagesFor(weights.Config, item.Length, search.Given, search.Longest, search.Beams, item.Request.Adapter);
        if (pages > pool.Most)
        {
            throw new MemoryBudgetException(
                $"A request of {search.Beams} row(s) of up to {search.Longest} tokens to an input of {item.Length} may need {Megabytes(pages * pool.PageBytes)} of keys and values, but the engine holds at most {Megabytes(limits.MemoryBytes)}. "
                + "Lower maxNewTokens or numBeams, or let the backbone have more (keyValueMemory).");
        }

        if (!pool.TryReserve(pages))
        {
            return false;
        }

        item.Pages = pages;
        return true;
    }

    /// <summary>Reads requests, and begins to write to them. What goes wrong comes to those whom it concerns.</summary>
    /// <param name="items">Requests of these weights, with memory promised.</param>
    public void Admit(IReadOnlyList<EngineItem> items)
    {
        foreach (var alike in items.GroupBy(item => ReadsWithOthers(item) ? this : item.Key))
        {
            foreach (var batch in Share(alike.OrderByDescending(item => item.Length)))
            {
                Admit(batch);
            }
        }
    }

    /// <summary>Writes a token for each request.</summary>
    public void Step()
    {
        try
        {
            if (!loop.Step())
            {
                pool.Trim();
            }
        }
#pragma warning disable CA1031 // What stops a whole step, such as a lack of memory, comes to all who wait for it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Fail(fault);
        }
    }

    /// <summary>Ends all requests with a fault.</summary>
    public void Fail(Exception fault)
    {
        loop.Fail(fault);
        loop.Dispose();
        loop = Begin();
    }

    public void Dispose()
    {
        loop.Dispose();
        pool.Dispose();
    }

    private DecodingLoop Begin() => new(weights.BeginBatch(pool), weights.Device);

    private bool ReadsWithOthers(EngineItem item) => item.Encoded is null && item.Request.Embed is not null && weights.ReadsTogether(item.Request.Adapter);

    // Longest first, as much at once as may be, and nobody beside one more than twice as long: what pads him would cost more than what is saved.
    private IEnumerable<List<EngineItem>> Share(IEnumerable<EngineItem> items)
    {
        List<EngineItem> batch = [];
        foreach (var item in items)
        {
            if (batch.Count > 0 && (limits.ReadsAlone || (batch.Count + 1) * batch[0].Length > limits.TokensRead || batch[0].Length > Math.Max(2 * item.Length, ShortInput)))
            {
                yield return batch;
                batch = [];
            }

            batch.Add(item);
        }

        yield return batch;
    }

    private void Admit(List<EngineItem> items)
    {
        using var scope = NewDisposeScope();
        // Those of one adapter, and within it of one task, next to each other.
        List<EngineItem>[] tasks = [.. items.GroupBy(item => item.Request.Adapter ?? (object)this).SelectMany(alike => alike.GroupBy(item => item.Request.Encode)).Select(task => task.ToList())];
        if (tasks.Length > 1)
        {
            AdmitTogether(tasks);
            return;
        }

        Guard(items, () =>
        {
            var request = items[0].Request;
            Reads++;
            Join(items, items[0].Encoded is null
                ? request.Encode([.. items.Select(item => item.Source)])
                : EncodedInput.Batch([.. items.Select(item => item.Encoded!)], weights, request.Adapter));
        });
    }

    // One pass of the encoder over inputs of several tasks, each embedded by its own.
    private void AdmitTogether(List<EngineItem>[] tasks)
    {
        List<(List<EngineItem> Items, Embedded Input)> parts = [];
        foreach (var task in tasks)
        {
            Guard(task, () => parts.Add((task, task[0].Request.Embed!([.. task.Select(item => item.Source)]))));
        }

        if (parts.Count == 0)
        {
            return;
        }

        EncodedStates? encoded = null;
        List<EngineItem> all = [.. parts.SelectMany(part => part.Items)];
        Guard(all, () =>
        {
            Reads++;
            encoded = weights.Encode(Padded(parts.ConvertAll(part => part.Input)), all.ConvertAll(item => item.Request.Adapter));
        });
        if (encoded is null)
        {
            return;
        }

        var first = 0;
        foreach (var (items, _) in parts)
        {
            var rows = RowsOf(encoded, first, items.Count);
            first += items.Count;
            Guard(items, () => Join(items, rows));
        }
    }

    private Embedded Padded(List<Embedded> inputs)
    {
        var longest = inputs.Max(input => input.States.size(1));
        return new(
            cat([.. inputs.Select(input => nn.functional.pad(input.States.to_type(weights.Dtype), [0, 0, 0, longest - input.States.size(1)]))], 0),
            cat([.. inputs.Select(input => cat([input.Mask, zeros([input.Mask.size(0), longest - input.Mask.size(1)], ScalarType.Bool, input.Mask.device)], 1))], 0));
    }

    private static EncodedStates RowsOf(EncodedStates all, long first, long count)
    {
        var (states, mask) = (all.States.narrow(0, first, count), all.Mask.narrow(0, first, count));
        return new(new(all.Input.States.narrow(0, first, count), mask), mask, isCausal: false, () => states);
    }

    private void Join(List<EngineItem> items, EncodedStates encoded)
    {
        for (var row = 0; row < items.Count; row++)
        {
            items[row].Keep(encoded, row);
        }

        var bySearch = items.ToDictionary(item => item.Search);
        loop.Join(items.ConvertAll(item => item.Search), encoded, items[0].Request.Adapter, search => Finish(bySearch[search]));
    }

    private void Guard(List<EngineItem> items, Action read)
    {
        try
        {
            read();
        }
#pragma warning disable CA1031 // It comes to all whose inputs were read together.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var item in items)
            {
                pool.Unreserve(item.Pages);
                item.Fail(fault);
            }
        }
    }

    private void Finish(EngineItem item)
    {
        pool.Unreserve(item.Pages);
        try
        {
            item.Finish(weights);
        }
#pragma warning disable CA1031 // Whoever asked gets it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            item.Fail(fault);
        }
    }

    private static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:0.#} MB");
}
