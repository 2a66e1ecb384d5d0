namespace Ptgp;

/// <summary>The host as one request sees it. What is asked of it joins batches with whatever else is waiting, of other tasks too.</summary>
public interface IAnswering
{
    /// <summary>Gets how answers are written: what caller, configuration, plugin and checkpoint ask for, merged.</summary>
    GenerationOptions Options { get; }

    /// <summary>Reads an input once, to write several answers to it.</summary>
    Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation);

    /// <summary>Writes. Needs <see cref="BackboneFeatures.Writes"/>.</summary>
    /// <exception cref="OperationCanceledException">The request was cancelled; its row leaves the batch.</exception>
    Task<Written> WriteAsync(WritingRequest request, CancellationToken cancellation);

    /// <summary>Tells a caller who waits how far a long answer has come, from 0 to 1.</summary>
    void ReportProgress(double share);
}

/// <inheritdoc />
/// <typeparam name="TPart">What the head encodes as one sequence.</typeparam>
/// <typeparam name="TPartOutput">What it predicts for one part.</typeparam>
/// <typeparam name="TOutput">What it answers.</typeparam>
public interface IAnswering<in TPart, TPartOutput, in TOutput> : IAnswering
{
    /// <summary>Predicts one part by the head's <c>Predict</c>, in a batch with others.</summary>
    Task<TPartOutput> PredictAsync(TPart part, CancellationToken cancellation);

    /// <summary>Gets whether the caller watches the answer grow. If not, <see cref="Report"/> does nothing, and pieces need not be asked for.</summary>
    bool IsWatched => true;

    /// <summary>Shows a caller who streams the answer so far: all of it, not what is new. May be called on any thread, <see cref="WritingRequest.OnPiece"/>'s too.</summary>
    void Report(TOutput soFar);
}
