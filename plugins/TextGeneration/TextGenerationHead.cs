using System.Text;
using Ptgp.Toolkit.Heads;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.TextGeneration;

/// <summary>Goes on from prompts and conversations, and scores what follows them.</summary>
internal sealed class TextGenerationHead(IBackbone backbone, TextGenerationOptions options) : TaskHead<Prompt, Window, double, Generated>(backbone)
{
    // What is asked for by nobody, as GenerationOptions.MaxLength says.
    private const int DefaultNewTokens = 256;

    // How many logits stand in memory at once, unless a single row has more.
    private const long Most = 1 << 26;

    // It stays: one made in passing may be collected while libtorch reads it.
    private static readonly Scalar zero = 0;

    private readonly PromptEncoder encoder = new(backbone, options.Prefix);

    /// <summary>Gets how many tokens a window holds.</summary>
    public int Length => Math.Max(2, Math.Min(options.Window, Backbone.MaxLength) - encoder.Frame);

    /// <inheritdoc />
    /// <remarks>The windows that are learned from, each token once: those of a document hardly overlap, and what follows a prompt leaves it half of the window.</remarks>
    public override IReadOnlyList<Window> Split(Prompt input) => Windows(input, input is { Text: null, Messages: null } ? Length - 1 : Length / 2);

    /// <inheritdoc />
    public override Features EncodeInput(Window part) => Features.FromTokens(part.Source);

    /// <inheritdoc />
    public override Target? EncodeTarget(Window part, Generated output) => part.Target.Count == 0 ? null : Target.FromLabels(part.Target.Select(id => (long)id));

    /// <inheritdoc />
    /// <remarks>Cross-entropy of each target given the source and the targets before it.</remarks>
    public override TaskLoss Loss(EncodedBatch<Window> batch) =>
        Backbone.Loss(Backbone.Decode(batch.Encoded, batch.Labels), batch.Labels, batch.LabelSmoothing);

    /// <inheritdoc />
    /// <remarks>The sum of the log-probabilities of each row's targets.</remarks>
    public override IReadOnlyList<double> Predict(EncodedBatch<Window> batch)
    {
        var (rows, length) = (batch.Parts.Count, batch.Parts.Max(part => part.Target.Count));
        List<double> sums = [];
        while (length > 0 && sums.Count < rows)
        {
            // A row of many targets may have a short source, by which the host fills a batch.
            var count = (int)Math.Clamp(Most / ((long)length * Backbone.Description.Vocabulary), 1, rows - sums.Count);
            sums.AddRange(Score(batch, sums.Count, count, length));
        }

        return length > 0 ? sums : [.. batch.Parts.Select(_ => 0.0)];
    }

    /// <inheritdoc />
    public override Generated Join(Prompt input, IReadOnlyList<Window> parts, IReadOnlyList<double> answers)
    {
        var (score, tokens) = (answers.Sum(), parts.Sum(part => part.Target.Count));
        return new() { Text = input.Continuation ?? "", Score = score, Tokens = tokens, Perplexity = tokens > 0 ? Math.Exp(-score / tokens) : null };
    }

    /// <inheritdoc />
    public override async Task<Generated> AnswerAsync(Prompt input, IAnswering<Window, double, Generated> host, CancellationToken cancellation)
    {
        if (input.Continuation is not null)
        {
            var windows = Windows(input, Math.Min(options.Stride ?? (Length / 2), Length - 1));
            return Join(input, windows, await Task.WhenAll(windows.Select(window => host.PredictAsync(window, cancellation))).ConfigureAwait(false));
        }

        var all = encoder.Encode(input).Ids;
        var kept = Fit(all.Count, host.Options);
        var (soFar, source) = (new StringBuilder(), Features.FromTokens(encoder.Framed(all.TakeLast(kept))));
        var own = new GenerationOptions { JsonSchema = input.JsonSchema?.GetRawText() };
        var isFull = input.ReturnFullText ?? options.ReturnFullText ?? (encoder.WritesOn && WrittenForm.NameOf(own.Or(host.Options)) is null);
        Action<Piece> show = piece => host.Report(Compose(input, isFull, soFar.Append(piece.Text).ToString()));
        var written = await host.WriteAsync(new() { Source = source, Options = own, OnPiece = host.IsWatched ? show : null }, cancellation).ConfigureAwait(false);
        return Compose(input, isFull, written.Best.Text) with
        {
            Score = written.Best.Score,
            Hypotheses = written.Hypotheses.Count > 1 ? [.. written.Hypotheses.Select(one => new ScoredText(Compose(input, isFull, one.Text).Text, one.Score))] : null,
            Unfinished = written.Best.Finish == FinishReason.Length ? true : null,
            Truncated = kept < all.Count ? all.Count - kept : null,
        };
    }

    private IReadOnlyList<Window> Windows(Prompt input, int stride)
    {
        var sequence = encoder.Encode(input);
        var ids = sequence.Ids.ToArray();
        return [.. Window.Over(sequence, Length, stride, Backbone.MaxTargetLength).Select(window => new Window(encoder.Framed(ids[window.Source]), ids[window.Target]))];
    }

    private static Generated Compose(Prompt input, bool isFull, string text) =>
        new() { Text = isFull ? input.Text + text : text, Messages = isFull && input.Messages is { } messages ? PromptEncoder.With(messages, text) : null };

    // How many tokens of a prompt are read.
    private int Fit(int count, GenerationOptions generation)
    {
        if (encoder.WritesOn && generation is { MaxNewTokens: null, MaxLength: { } most } && most <= count)
        {
            throw new FormatException($"'maxLength' counts the prompt's tokens too, so it must be above {count}, but is {most}. Raise it, or give 'maxNewTokens' instead.");
        }

        var longest = Backbone.MaxLength - (encoder.WritesOn ? 1 : encoder.Frame);
        if (options.HandleLongGeneration == LongPrompt.Error)
        {
            return count <= longest ? count : throw new FormatException(
                $"A prompt must have at most {longest} tokens, but this one has {count}. Shorten it, or set the task's option 'handleLongGeneration' to 'hole'.");
        }

        var written = !encoder.WritesOn ? 0 : generation.MaxNewTokens ?? generation.MaxLength - count ?? Math.Min(DefaultNewTokens, Backbone.MaxLength / 2);
        var room = encoder.WritesOn ? Backbone.MaxLength - written : longest;
        return room > 0 ? Math.Min(count, room) : throw new FormatException(
            $"There must be room for a prompt beside what is written, but 'maxNewTokens' is {written} and the backbone holds {Backbone.MaxLength} tokens. Lower it.");
    }

    private double[] Score(EncodedBatch<Window> batch, int first, int count, int length)
    {
        using var scope = NewDisposeScope();
        var targets = batch.Parts.Skip(first).Take(count).Select(part => part.Target).ToArray();
        var device = batch.Mask.device;
        var labels = tensor(targets.SelectMany(ids => ids.Select(id => (long)id).Concat(Enumerable.Repeat(Target.Ignored, length - ids.Count))).ToArray(), [count, length], device: device);
        var isThere = tensor(targets.SelectMany(ids => Enumerable.Range(0, length).Select(i => i < ids.Count)).ToArray(), [count, length], device: device);
        var logs = Backbone.Project(Backbone.Decode(Rows(batch.Encoded, first, count), labels)).log_softmax(2);     // [count, length, vocabulary]
        var chosen = logs.gather(2, labels.masked_fill(~isThere, zero).unsqueeze(2)).squeeze(2);                    // [count, length]
        var sums = chosen.masked_fill(~isThere, zero).to_type(ScalarType.Float64).sum(1).cpu();
        return [.. sums.data<double>()];
    }

    private static EncodedStates Rows(EncodedStates all, long first, long count) => new(
        new(all.Input.States.narrow(0, first, count), all.Input.Mask.narrow(0, first, count)),
        all.Mask.narrow(0, first, count), all.IsCausal, () => all.States.narrow(0, first, count));
}
