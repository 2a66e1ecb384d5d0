using Ptgp.Toolkit.Heads;
using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>Translates what fits the backbone at once, and longer texts in pieces.</summary>
internal sealed class TranslationHead(IBackbone backbone, TranslationOptions options) : WritingHead<Passage, Translation>(backbone)
{
    /// <inheritdoc />
    public override Features EncodeInput(Passage part) => Features.FromText(Encode(Untagged(part), Backbone.MaxLength));

    /// <inheritdoc />
    public override Target? EncodeTarget(Passage part, Translation output) => string.IsNullOrWhiteSpace(part.Text) ? null : base.EncodeTarget(part, output);

    /// <inheritdoc />
    public override async Task<Translation> AnswerAsync(Passage input, IAnswering<Passage, Translation, Translation> host, CancellationToken cancellation)
    {
        input = Untagged(input);
        var direction = DirectionOf(input);
        if (string.IsNullOrWhiteSpace(input.Text))
        {
            return In(direction, new() { Text = "" });
        }

        var length = Encode(input).Tokens.Count;
        if (length <= Backbone.MaxLength || options.Overlong == Overlong.Truncate)
        {
            return await base.AnswerAsync(input, host, cancellation).ConfigureAwait(false);
        }

        if (options.Overlong == Overlong.Error)
        {
            throw LongText.Refusal(length, Backbone.MaxLength);
        }

        var pieces = LongText.Split(input.Text, piece => Encode(input with { Text = piece }).Tokens.Count <= Backbone.MaxLength, direction.Languages.From);
        var writer = new PieceWriter(input.Text, pieces, text => host.Report(In(direction, new() { Text = text })), host.ReportProgress);
        var written = await Task.WhenAll(pieces.Select(async (range, piece) =>
        {
            var one = await WriteAsync(Ask(input with { Text = input.Text[range] }), host, text => writer.Show(piece, text), cancellation).ConfigureAwait(false);
            writer.Finish(piece, one.Best.Text);
            return one;
        })).ConfigureAwait(false);
        return In(direction, new()
        {
            Text = writer.Text,
            Score = written.Average(one => one.Best.Score),
            Unfinished = Noted(written.Any(one => one.Best.Finish == FinishReason.Length)),
            Split = [.. pieces.Zip(written, (range, one) => new TranslatedPiece { Source = input.Text[range], Text = one.Best.Text, Score = one.Best.Score, Hypotheses = ScoredText.AllOf(one) })],
        });
    }

    /// <inheritdoc />
    protected override string TextOf(Translation output) => output.Text;

    /// <inheritdoc />
    protected override EncodingOptions TargetEncoding(Passage input) => new() { Language = DirectionOf(Untagged(input)).Writes };

    /// <inheritdoc />
    protected override WritingRequest Ask(Passage input) => new() { Source = EncodeInput(input), Options = new() { ForcedBosTokenId = DirectionOf(input).FirstToken } };

    /// <inheritdoc />
    protected override Translation Compose(Passage input, string text, Written? written)
    {
        return In(DirectionOf(input), written is null ? new() { Text = text } : new()
        {
            Text = text,
            Score = written.Best.Score,
            Hypotheses = ScoredText.AllOf(written),
            Unfinished = Noted(written.Best.Finish == FinishReason.Length),
            Truncated = options.Overlong == Overlong.Truncate && EncodeInput(input).Dropped is > 0 and var dropped ? dropped : null,
        });
    }

    private Direction DirectionOf(Passage passage) => Direction.Of(passage, options, Backbone);

    private EncodedText Encode(Passage passage, int maxLength = int.MaxValue)
    {
        var direction = DirectionOf(passage);
        return Backbone.Tokenizer.Encode(direction.Prefix + passage.Text, new() { Language = direction.Reads, MaxLength = maxLength });
    }

    // A text may say its target language as Marian's users write it, '>>fra<< Hello'; 'to' beside the text outranks it.
    private Passage Untagged(Passage passage) =>
        passage.Text.StartsWith(">>", StringComparison.Ordinal)
        && passage.Text.IndexOf("<<", StringComparison.Ordinal) + 2 is > 2 and var end
        && Backbone.Tokenizer.Languages.ContainsKey(passage.Text[..end])
            ? passage with { Text = passage.Text[end..].TrimStart(), To = passage.To ?? passage.Text[..end] }
            : passage;

    private static Translation In(Direction direction, Translation translation) => translation with { From = direction.Languages.From, To = direction.Languages.To };

    private static bool? Noted(bool isSo) => isSo ? true : null;
}
