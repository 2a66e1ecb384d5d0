using System.Collections.Concurrent;

namespace Ptgp.Tests.Fakes;

/// <summary>A host that writes what a function says, and remembers what it was asked.</summary>
internal sealed class FakeAnswering<TInput, TOutput>(Func<WritingRequest, Written> write) : IAnswering<TInput, TOutput, TOutput>
{
    public GenerationOptions Options { get; init; } = new();

    public bool IsWatched { get; init; }

    public ConcurrentQueue<WritingRequest> Requests { get; } = new();

    public ConcurrentQueue<TOutput> Reports { get; } = new();

    public ConcurrentQueue<double> Progress { get; } = new();

    /// <summary>Gets or sets how many requests must be waiting before any is answered, so that a test sees them asked for at once.</summary>
    public int Gathers { get; set; } = 1;

    private readonly TaskCompletionSource gathered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<Written> WriteAsync(WritingRequest request, CancellationToken cancellation)
    {
        Requests.Enqueue(request);
        if (Requests.Count >= Gathers)
        {
            gathered.TrySetResult();
        }

        await gathered.Task.WaitAsync(TimeSpan.FromSeconds(10), cancellation);
        var written = write(request);
        foreach (var word in written.Best.Text.Split(' ').Select((word, i) => i == 0 ? word : " " + word))
        {
            request.OnPiece?.Invoke(new(word));
        }

        return written;
    }

    public void Report(TOutput soFar) => Reports.Enqueue(soFar);

    public void ReportProgress(double share) => Progress.Enqueue(share);

    public ConcurrentQueue<FakeEncodedInput> Encoded { get; } = new();

    public Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation)
    {
        var encoded = new FakeEncodedInput(features);
        Encoded.Enqueue(encoded);
        return Task.FromResult<IEncodedInput>(encoded);
    }

    public Task<TOutput> PredictAsync(TInput part, CancellationToken cancellation) => throw new NotSupportedException();
}

/// <summary>An input that is as it was.</summary>
internal sealed class FakeEncodedInput(Features features) : IEncodedInput
{
    public Features Features => features;

    public int Length => features.Length;

    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}
