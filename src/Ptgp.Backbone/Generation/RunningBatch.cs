using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>What is written at the moment with some weights. Synchronous, on the device's thread.</summary>
internal sealed class RunningBatch : IDisposable
{
    private readonly Transformer weights;
    private readonly EngineLimits limits;
    private readonly KeyValuePool pool;
    private DecodingLoop loop;

    /// <summary>Makes a batch in which nothing is written.</summary>
    public RunningBatch(Transformer weights, EngineLimits limits)
    {
        (this.weights, this.limits) = (weights, limits);
        pool = weights.MakePool(limits.MemoryBytes);
        loop = Begin();
    }

    /// <summary>Gets how many rows are written.</summary>
    public int Rows => loop.Rows;

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
        foreach (var alike in items.GroupBy(item => item.Key))
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

    private IEnumerable<List<EngineItem>> Share(IEnumerable<EngineItem> items)
    {
        List<EngineItem> batch = [];
        foreach (var item in items)
        {
            if (batch.Count > 0 && (limits.ReadsAlone || (batch.Count + 1) * batch[0].Length > limits.TokensRead))
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
        try
        {
            var request = items[0].Request;
            var encoded = items[0].Encoded is null
                ? request.Encode([.. items.Select(item => item.Source)])
                : EncodedInput.Batch([.. items.Select(item => item.Encoded!)], weights, request.Adapter);
            for (var row = 0; row < items.Count; row++)
            {
                items[row].Keep(encoded, row);
            }

            var bySearch = items.ToDictionary(item => item.Search);
            loop.Join(items.ConvertAll(item => item.Search), encoded, request.Adapter, search => Finish(bySearch[search]));
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
