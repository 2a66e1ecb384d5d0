using System.Text;
using Ptgp.Toolkit.Heads;

namespace Ptgp.QA;

/// <summary>Writes answers: one to each window of a context, of which the likeliest stands.</summary>
internal sealed class QAWritingHead(IBackbone backbone, QAOptions options) : TaskHead<Question, Window, Found, Reply>(backbone)
{
    /// <inheritdoc />
    public override IReadOnlyList<Window> Split(Question input)
    {
        var limits = Limits.Of(input, options, Backbone);
        return [.. input.Contexts.SelectMany((_, context) => Split(input, context, limits))];
    }

    /// <inheritdoc />
    public override Features EncodeInput(Window part) => Features.FromText(new(part.Tokens));

    /// <inheritdoc />
    /// <remarks>A window without the answer teaches nothing, or to write nothing where that may be an answer.</remarks>
    public override Target? EncodeTarget(Window part, Reply output)
    {
        var expected = output.Answers is [var first, ..] ? first : output;
        var isHere = expected.Answer.Length > 0 && (output.Context ?? 0) == part.Context && Shows(part, expected);
        return !isHere && !part.Limits.HandleImpossibleAnswer ? null
            : Target.FromText(Backbone.Tokenizer.Encode(isHere ? expected.Answer : "", new() { IsTarget = true, MaxLength = Backbone.MaxTargetLength }));
    }

    /// <inheritdoc />
    public override TaskLoss Loss(EncodedBatch<Window> batch)
    {
        var states = Backbone.Decode(batch.Encoded, batch.Labels);                                        // [batch, labels, width]
        return Backbone.Loss(states, batch.Labels, batch.LabelSmoothing);
    }

    /// <inheritdoc />
    public override async Task<Reply> AnswerAsync(Question input, IAnswering<Window, Found, Reply> host, CancellationToken cancellation)
    {
        var (parts, ended, soFar) = (Split(input), 0, new StringBuilder());
        Action<Piece>? onPiece = parts.Count == 1 && host.IsWatched ? piece => host.Report(new() { Answer = soFar.Append(piece.Text).ToString() }) : null;
        var found = await Task.WhenAll(parts.Select(async part =>
        {
            var written = await host.WriteAsync(new() { Source = EncodeInput(part), OnPiece = onPiece }, cancellation).ConfigureAwait(false);
            host.ReportProgress((double)Interlocked.Increment(ref ended) / parts.Count);
            return Find(part, written);
        })).ConfigureAwait(false);
        return Join(input, parts, found);
    }

    /// <inheritdoc />
    public override Reply Join(Question input, IReadOnlyList<Window> parts, IReadOnlyList<Found> answers) => Found.Join(parts, answers, adds: false);

    // The prompt is read as a whole; what of it is the context is told by its place.
    private IEnumerable<Window> Split(Question input, int context, Limits limits)
    {
        var (text, sides) = (input.Contexts[context], options.Prompt.Split("{context}"));
        var before = sides[0].Replace("{question}", input.Text, StringComparison.Ordinal);
        var start = before.Length;
        var asked = sides[0].IndexOf("{question}", StringComparison.Ordinal);
        asked = asked >= 0 ? asked : start + text.Length + sides[1].IndexOf("{question}", StringComparison.Ordinal);
        var read = before + text + sides[1].Replace("{question}", input.Text, StringComparison.Ordinal);
        Token[] tokens = [.. Backbone.Tokenizer.Encode(read).Tokens.Select(token => token with { Start = token.Start - start })];
        return Window.Cut(input, limits, context, string.IsNullOrWhiteSpace(text) ? [] : tokens, Within(0, text.Length), Within(asked - start, input.Text.Length));
    }

    private static Predicate<Token> Within(int start, int length) =>
        token => token.Sequence >= 0 && token.Start + Math.Max(1, token.Length) > start && token.Start < start + length;

    private static bool Shows(Window part, Reply expected)
    {
        var (start, end) = part.Stretch;
        return part.IsWhole || (expected.Place is { } place ? place.Start >= start && place.End <= end : part.Text[start..end].Contains(expected.Answer, StringComparison.OrdinalIgnoreCase));
    }

    // The score is the mean probability of a token, the end included: the longer of two answers is not the worse for its length.
    private static Found Find(Window part, Written written)
    {
        Reply[] answers = [.. written.Hypotheses.Select(hypothesis =>
        {
            var (text, (start, end)) = (hypothesis.Text.Trim(), part.Stretch);
            var score = Math.Exp(hypothesis.LogProbabilities.DefaultIfEmpty(0).Average());
            var at = text.Length == 0 ? -1 : part.Text.IndexOf(text, start, end - start, StringComparison.OrdinalIgnoreCase);
            var answer = at < 0 ? new() { Answer = text, Score = score } : Reply.Quote(part.Text, at, at + text.Length, score) with { Answer = text };
            return answer with { Unfinished = hypothesis.Finish == FinishReason.Length ? true : null };
        })];
        return new([.. answers.Where(answer => answer.Answer.Length > 0)], answers[0].Answer.Length == 0 ? answers[0].Score!.Value : 0);
    }
}
