using Ptgp.Backbone.Generation;

namespace Ptgp.Host.Tasks;

/// <summary>One request's view of the host.</summary>
internal sealed class Answering<TInput, TPart, TPartOutput, TOutput>(
    GenerationOptions options, AnswerObserver? observer, TaskWriter writer, PredictionQueue<TInput, TPart, TPartOutput, TOutput> predictions)
    : IAnswering<TPart, TPartOutput, TOutput>
{
    /// <inheritdoc />
    public GenerationOptions Options => options;

    /// <inheritdoc />
    public bool IsWatched => observer?.OnSoFar is not null;

    /// <inheritdoc />
    public Task<IEncodedInput> EncodeAsync(Features features, CancellationToken cancellation) => writer.EncodeAsync(features, cancellation);

    /// <inheritdoc />
    public Task<Written> WriteAsync(WritingRequest request, CancellationToken cancellation) => writer.WriteAsync(request, options, cancellation);

    /// <inheritdoc />
    public Task<TPartOutput> PredictAsync(TPart part, CancellationToken cancellation) => predictions.PredictAsync(part, cancellation);

    /// <inheritdoc />
    public void Report(TOutput soFar)
    {
        if (soFar is not null)
        {
            observer?.OnSoFar?.Invoke(soFar);
        }
    }

    /// <inheritdoc />
    public void ReportProgress(double share) => observer?.OnProgress?.Invoke(share);
}
