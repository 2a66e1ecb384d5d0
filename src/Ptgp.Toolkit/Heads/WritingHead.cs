using System.Text;

namespace Ptgp.Toolkit.Heads;

/// <summary>A head for tasks whose answer is a text that the backbone writes. What is left to say is how an input is read, what text is expected, and how an answer is made of what was written.</summary>
public abstract class WritingHead<TInput, TOutput>(IBackbone backbone) : TaskHead<TInput, TOutput>(backbone)
{
    /// <inheritdoc />
    /// <remarks>By default the expected text's ids, cut so that their end is kept; null when there is no text to learn.</remarks>
    public override Target? EncodeTarget(TInput part, TOutput output)
    {
        var text = TextOf(output);
        return text.Length == 0 ? null : Target.FromText(Backbone.Tokenizer.Encode(text, TargetEncoding(part) with { IsTarget = true, MaxLength = Backbone.MaxTargetLength }));
    }

    /// <inheritdoc />
    /// <remarks>Cross-entropy of each label given those before it (teacher forcing).</remarks>
    public override TaskLoss Loss(EncodedBatch<TInput> batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var states = Backbone.Decode(batch.Encoded, batch.Labels);                                        // [batch, labels, width]
        return Backbone.Loss(states, batch.Labels, batch.LabelSmoothing);
    }

    /// <inheritdoc />
    public override async Task<TOutput> AnswerAsync(TInput input, IAnswering<TInput, TOutput, TOutput> host, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        var written = await WriteAsync(Ask(input), host, text => host.Report(Compose(input, text, null)), cancellation).ConfigureAwait(false);
        return Compose(input, written.Best.Text, written);
    }

    /// <summary>Gets the text that an expected answer is learned by.</summary>
    protected abstract string TextOf(TOutput output);

    /// <summary>Makes an answer.</summary>
    /// <param name="input">What was asked.</param>
    /// <param name="text">The best text, or what of it is certain so far.</param>
    /// <param name="written">What was written; null while it is still being written.</param>
    protected abstract TOutput Compose(TInput input, string text, Written? written);

    /// <summary>Says what the backbone is asked to write. By default it reads the encoded input, and the caller's options stand.</summary>
    protected virtual WritingRequest Ask(TInput input) => new() { Source = EncodeInput(input) };

    /// <summary>Says how expected text is encoded, such as its language.</summary>
    protected virtual EncodingOptions TargetEncoding(TInput input) => new();

    /// <summary>Writes, and tells the text so far if the caller watches.</summary>
    protected static Task<Written> WriteAsync(WritingRequest request, IAnswering<TInput, TOutput, TOutput> host, Action<string> onText, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (!host.IsWatched)
        {
            return host.WriteAsync(request, cancellation);
        }

        var soFar = new StringBuilder();
        return host.WriteAsync(request with { OnPiece = piece => onText(soFar.Append(piece.Text).ToString()) }, cancellation);
    }
}
