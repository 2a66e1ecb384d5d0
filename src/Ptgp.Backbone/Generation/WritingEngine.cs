using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>Writes for many callers at once with one backbone. Whatever waits while a batch is written makes up the next ones: of one adapter, of about equal lengths.</summary>
/// <remarks>Safe to use from many threads. What one request does, and what its rules throw, changes nothing for another.</remarks>
public sealed class WritingEngine : IDisposable
{
    /// <summary>About how many tokens, all beams and padding counted, the sources of a batch hold.</summary>
    private const int TokenBudget = 8 * 1024;

    private readonly Transformer transformer;
    private readonly ITokenizer tokenizer;
    private readonly Lock gate = new();
    private readonly Queue<List<EngineItem>> batches = [];
    private List<EngineItem> waiting = [];
    private bool isScheduled, isDisposed;

    /// <summary>Starts an engine with a thread of its own.</summary>
    public WritingEngine(Transformer transformer, ITokenizer tokenizer)
    {
        (this.transformer, this.tokenizer) = (transformer, tokenizer);
        Device = new("Ptgp device");
    }

    /// <summary>Gets the thread on which everything of this backbone is computed.</summary>
    public DeviceThread Device { get; }

    /// <summary>Reads an input once, to write to it several times.</summary>
    /// <param name="source">The input.</param>
    /// <param name="encode">How it is read.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<IEncodedInput> EncodeAsync(Features source, Func<IReadOnlyList<Features>, EncodedStates> encode, CancellationToken cancellation) =>
        Device.RunAsync<IEncodedInput>(() =>
        {
            cancellation.ThrowIfCancellationRequested();
            return new EncodedInput(source, encode([source]), 0);
        });

    /// <summary>Writes.</summary>
    /// <exception cref="ArgumentException">The request contradicts itself or the backbone.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled: at once while it waited, and at the next token while it was written.</exception>
    public async Task<Written> WriteAsync(EngineRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellation.ThrowIfCancellationRequested();
        var item = new EngineItem(request, tokenizer, cancellation);
        var registration = cancellation.Register(() => Forget(item));
        await using (registration.ConfigureAwait(false))
        {
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(isDisposed, this);
                waiting.Add(item);
                Schedule();
            }

            return await item.Answer.ConfigureAwait(false);
        }
    }

    /// <summary>Lets the batch that is being written come to its end, and refuses what waits.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
        }

        Device.Dispose();
        lock (gate)
        {
            foreach (var item in waiting.Concat(batches.SelectMany(batch => batch)))
            {
                item.Fail(new ObjectDisposedException(nameof(WritingEngine)));
            }

            waiting.Clear();
            batches.Clear();
        }
    }

    private void Forget(EngineItem item)
    {
        lock (gate)
        {
            if (waiting.Remove(item) || batches.Any(batch => batch.Remove(item)))
            {
                item.Cancel();
            }
        }
    }

    // Inside the lock. One batch at a time, so that other work of the device gets its turn between two.
    private void Schedule()
    {
        if (!isScheduled && !isDisposed && waiting.Count + batches.Count > 0)
        {
            isScheduled = true;
            _ = Device.RunAsync(() =>
            {
                Write(Take());
                lock (gate)
                {
                    isScheduled = false;
                    Schedule();
                }

                return true;
            });
        }
    }

    // All that waits is shared out among batches before anything that comes later, so that nobody waits for ever.
    private List<EngineItem> Take()
    {
        lock (gate)
        {
            if (batches.Count == 0)
            {
                foreach (var alike in waiting.GroupBy(item => item.Key))
                {
                    Share(alike.OrderByDescending(item => item.Length));
                }

                waiting = [];
            }

            return batches.TryDequeue(out var batch) ? batch : [];
        }
    }

    private void Share(IEnumerable<EngineItem> items)
    {
        List<EngineItem> batch = [];
        foreach (var item in items)
        {
            if (batch.Count > 0 && (batch.Count + 1) * batch[0].Length * item.Search.Beams > TokenBudget)
            {
                batches.Enqueue(batch);
                batch = [];
            }

            batch.Add(item);
        }

        batches.Enqueue(batch);
    }

    private void Write(List<EngineItem> items)
    {
        if (items.Count == 0)
        {
            return;
        }

        try
        {
            var request = items[0].Request;
            var weights = request.Transformer ?? transformer;
            var encoded = items[0].Encoded is null
                ? request.Encode([.. items.Select(item => item.Source)])
                : EncodedInput.Batch([.. items.Select(item => item.Encoded!)], weights, request.Adapter);
            var searches = items.ConvertAll(item => item.Search);
            using var state = weights.Begin(encoded, searches[0].Beams, searches.Max(search => search.Longest), request.Adapter);
            new DecodingLoop(state, searches, weights.Device, search =>
            {
                var row = searches.IndexOf(search);
                Finish(items[row], weights, encoded, row);
            }).Run();
        }
#pragma warning disable CA1031 // What stops a whole batch, such as a lack of memory, comes to all who wait for it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            items.ForEach(item => item.Fail(fault));
        }
    }

    private static void Finish(EngineItem item, Transformer weights, EncodedStates encoded, int row)
    {
        try
        {
            item.Finish(item.Request.Attention is null || item.Search.Fault is not null ? [] : HypothesisAttention.Of(weights, item, encoded, row));
        }
#pragma warning disable CA1031 // Whoever asked gets it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            item.Fail(fault);
        }
    }
}
