namespace Ptgp.Host.Explaining;

/// <summary>Passes a request on to the host, and remembers what the head asked for and what it got.</summary>
internal sealed class RecordingAnswering<TPart, TPartOutput, TOutput>(IAnswering<TPart, TPartOutput, TOutput> host) : IAnswering<TPart, TPartOutput, TOutput>
{
    private readonly Lock gate = new();
    private readonly Dictionary<IEncodedInput, Features> read = [];
    private readonly SortedDictionary<int, object> asked = [];
    private int count;

    /// <inheritdoc />
    public GenerationOptions Options => host.Options;

    /// <inheritdoc />
    public bool IsWatched => false;

    /// <summary>Gets what was asked for and answered, in the order it was asked in: each a <see cref="AskedText"/> or the part that was predicted.</summary>
    public IReadOnlyList<object> Asked
    {
        get
        {
            lock (gate)
            {
                return [.. asked.Values];
            }
        }
    }

    /// <inheritdoc />
    public async Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation)
    {
        var encoded = await host.EncodeAsync(features, cancellation).ConfigureAwait(false);
        lock (gate)
        {
            read.Add(encoded, features);
        }

        return encoded;
    }

    /// <inheritdoc />
    public async Task<Written> WriteAsync(WritingRequest request, CancellationToken cancellation)
    {
        var turn = Interlocked.Increment(ref count);
        var written = await host.WriteAsync(request, cancellation).ConfigureAwait(false);
        lock (gate)
        {
            var source = request.Encoded is { } encoded ? read[encoded] : request.Source!;
            asked.Add(turn, new AskedText(source, request, written));
        }

        return written;
    }

    /// <inheritdoc />
    public async Task<TPartOutput> PredictAsync(TPart part, CancellationToken cancellation)
    {
        var turn = Interlocked.Increment(ref count);
        var answer = await host.PredictAsync(part, cancellation).ConfigureAwait(false);
        lock (gate)
        {
            asked.Add(turn, part!);
        }

        return answer;
    }

    /// <inheritdoc />
    public void Report(TOutput soFar)
    {
    }

    /// <inheritdoc />
    public void ReportProgress(double share)
    {
    }
}

/// <summary>A text that a head asked the backbone to write.</summary>
/// <param name="Source">What was read.</param>
/// <param name="Request">What was asked for.</param>
/// <param name="Written">What was written.</param>
internal sealed record AskedText(Features Source, WritingRequest Request, Written Written);
