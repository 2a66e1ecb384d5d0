using static TorchSharp.torch;

namespace Ptgp.Backbone.Generation;

/// <summary>Writes for many callers at once with one backbone: a running batch that requests of any tasks, adapters and options join and leave at the border of a step.</summary>
/// <remarks>
/// Safe to use from many threads. What one request does, and what its rules throw, changes nothing for another. Requests wait in an order that is fair to those who ask
/// (<see cref="EngineRequest.Flow"/>) until there is memory for all that they may write; what has begun is never stopped for want of it.
/// </remarks>
public sealed class WritingEngine : IDisposable
{
    // While others are written, how many steps a request waits at most for the sake of being read together with others.
    private const int StepsBetweenReads = 4;

    private readonly Transformer transformer;
    private readonly ITokenizer tokenizer;
    private readonly EngineLimits limits;
    private readonly Lock gate = new();
    private readonly FairQueue waiting = new();
    private readonly Dictionary<Transformer, RunningBatch> running = [];       // of the device's thread
    private readonly ManualResetEventSlim isIdle = new(true);
    private int stepsSinceRead;
    private bool isScheduled, isDisposed;

    /// <summary>Starts an engine with a thread of its own.</summary>
    /// <param name="transformer">The backbone.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="limits">How much is done at once; null for the defaults.</param>
    public WritingEngine(Transformer transformer, ITokenizer tokenizer, EngineLimits? limits = null)
    {
        (this.transformer, this.tokenizer, this.limits) = (transformer, tokenizer, limits ?? new());
        Device = new("Ptgp device");
    }

    /// <summary>Gets the thread on which everything of this backbone is computed.</summary>
    public DeviceThread Device { get; }

    /// <summary>Gets how many passes over inputs were made with the engine's own weights. Asked on the device's thread.</summary>
    internal int Reads => BatchOf(transformer).Reads;

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

    /// <summary>Lets what is being written come to its end, and refuses what waits.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (isDisposed)
            {
                return;
            }

            isDisposed = true;
            Refuse(new ObjectDisposedException(nameof(WritingEngine)));
        }

        isIdle.Wait();
        Device.Dispose();
        foreach (var batch in running.Values)
        {
            batch.Dispose();
        }

        isIdle.Dispose();
    }

    private void FailAll(Exception fault)
    {
        foreach (var batch in running.Values)
        {
            batch.Fail(fault);
        }

        lock (gate)
        {
            Refuse(fault);
        }
    }

    private void Refuse(Exception fault)
    {
        while (waiting.Count > 0)
        {
            waiting.Take().Fail(fault);
        }
    }

    private void Forget(EngineItem item)
    {
        lock (gate)
        {
            if (waiting.Remove(item))
            {
                item.Cancel();
            }
        }
    }

    // Inside the lock. One step at a time, so that other work of the device gets its turn between two.
    private void Schedule()
    {
        if (!isScheduled)
        {
            isScheduled = true;
            isIdle.Reset();
            _ = Device.RunAsync(Turn);
        }
    }

    private bool Turn()
    {
        try
        {
            foreach (var alike in Choose().GroupBy(item => item.Request.Transformer ?? transformer))
            {
                BatchOf(alike.Key).Admit([.. alike]);
            }

            foreach (var batch in running.Values)
            {
                batch.Step();
            }

            stepsSinceRead++;
            Forget();
        }
#pragma warning disable CA1031 // What nobody alone is to blame for, such as a lack of memory, comes to all, and the engine goes on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            FailAll(fault);
        }

        lock (gate)
        {
            isScheduled = false;
            if (waiting.Count > 0 || running.Values.Any(batch => batch.Rows > 0))
            {
                Schedule();
            }
            else
            {
                isIdle.Set();
            }
        }

        return true;
    }

    // Takes those whose turn it is, as long as there is room. Nobody is passed over, so that a large request has its turn too.
    private List<EngineItem> Choose()
    {
        List<EngineItem> chosen = [];
        var rows = running.Values.Sum(batch => batch.Rows);
        if (rows > 0 && rows > limits.Rows * 3 / 4 && stepsSinceRead < StepsBetweenReads)
        {
            return chosen;
        }

        lock (gate)
        {
            var (longest, tokens) = (0, rows == 0 ? limits.TokensRead : limits.TokensReadBetweenSteps);
            while (waiting.Next is { } next)
            {
                longest = Math.Max(longest, next.Length);
                if ((rows > 0 && rows + next.Search.Beams > limits.Rows) || (chosen.Count > 0 && (chosen.Count + 1) * longest > tokens))
                {
                    break;
                }

                try
                {
                    if (!BatchOf(next.Request.Transformer ?? transformer).TryReserve(next))
                    {
                        break;
                    }
                }
#pragma warning disable CA1031 // Whoever asked for too much gets it.
                catch (Exception fault)
#pragma warning restore CA1031
                {
                    waiting.Take().Fail(fault);
                    continue;
                }

                chosen.Add(waiting.Take());
                rows += next.Search.Beams;
            }
        }

        stepsSinceRead = chosen.Count > 0 ? 0 : stepsSinceRead;
        return chosen;
    }

    private RunningBatch BatchOf(Transformer weights)
    {
        if (!running.TryGetValue(weights, out var batch))
        {
            running.Add(weights, batch = new(weights, limits));
        }

        return batch;
    }

    // Weights of a task's own may be gone when it is.
    private void Forget()
    {
        foreach (var (weights, batch) in running.Where(pair => pair.Key != transformer && pair.Value.Rows == 0).ToArray())
        {
            batch.Dispose();
            running.Remove(weights);
        }
    }
}
