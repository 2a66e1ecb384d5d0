using System.Collections.Concurrent;
using static TorchSharp.torch;

namespace Ptgp.QA.Tests;

/// <summary>A host that answers one part at a time: predicts by the head, and writes what a function says.</summary>
internal sealed class Host(TaskHead<Question, Window, Found, Reply> head, Func<Embedded, EncodedStates>? encode = null, Func<WritingRequest, Written>? write = null)
    : IAnswering<Window, Found, Reply>
{
    public GenerationOptions Options { get; } = new();

    public bool IsWatched { get; init; }

    public ConcurrentQueue<Reply> Reports { get; } = new();

    public ConcurrentQueue<double> Progress { get; } = new();

    /// <summary>Reads parts of equal length.</summary>
    public static EncodedBatch<Window> Read(TaskHead<Question, Window, Found, Reply> head, Func<Embedded, EncodedStates> encode, params IReadOnlyList<Window> parts)
    {
        Features[] features = [.. parts.Select(head.EncodeInput)];
        long[] shape = [parts.Count, features[0].Length];
        var batch = new Batch
        {
            Source = tensor(features.SelectMany(part => part.Tokens).ToArray(), shape),
            Mask = ones(shape, ScalarType.Bool),
            Segments = features[0].Segments.Count > 0 ? tensor(features.SelectMany(part => part.Segments).ToArray(), shape) : null,
        };
        return new() { Parts = parts, Batch = batch, Encoded = encode(head.Embed(batch)), Labels = empty([parts.Count, 0], int64), Values = empty([parts.Count, 0], float32) };
    }

    public Task<Found> PredictAsync(Window part, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        return Task.FromResult(head.Predict(Read(head, encode!, part))[0]);
    }

    public Task<Written> WriteAsync(WritingRequest request, CancellationToken cancellation)
    {
        var written = write!(request);
        request.OnPiece?.Invoke(new(written.Best.Text));
        return Task.FromResult(written);
    }

    public Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation) => throw new NotSupportedException();

    public void Report(Reply soFar) => Reports.Enqueue(soFar);

    public void ReportProgress(double share) => Progress.Enqueue(share);
}
