using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.QA;

/// <summary>Finds answers in their contexts: each token is how likely an answer's first and how likely its last.</summary>
internal sealed class QAHead : TaskHead<Question, Window, Found, Reply>
{
    private static readonly Scalar Never = float.NegativeInfinity;                                        // it stays: libtorch reads it

    // How many spans may be of white space alone, which a vocabulary that marks it has tokens for, before an answer less is given than there could be.
    private const int Blanks = 8;

    private readonly QAOptions options;
    private readonly Linear span;

    /// <summary>Initializes a head; one that the checkpoint was saved with is where it starts from.</summary>
    public QAHead(IBackbone backbone, QAOptions options) : base(backbone)
    {
        this.options = options;
        span = nn.Linear(backbone.Width, 2);
        if (backbone.Head is { } saved && saved.Weights.TryGetValue("span.weight", out var weight))
        {
            using var quiet = no_grad();
            span.weight!.copy_(weight);
            span.bias!.copy_(saved.Weights["span.bias"]);
        }

        RegisterComponents();
    }

    /// <inheritdoc />
    public override IReadOnlyList<Window> Split(Question input)
    {
        var limits = Limits.Of(input, options, Backbone);
        return [.. input.Contexts.SelectMany((context, at) => Window.Cut(
            input, limits, at, [.. Backbone.Tokenizer.Encode(input.Text, new() { Pair = context }).Tokens], token => token.Sequence == 1, token => token.Sequence == 0))];
    }

    /// <inheritdoc />
    public override Features EncodeInput(Window part) => Features.FromText(new(part.Tokens));

    /// <inheritdoc />
    /// <remarks>A window that does not show the whole answer learns that it is not said there.</remarks>
    public override Target? EncodeTarget(Window part, Reply output)
    {
        var expected = output.Answers is [var gold, ..] ? gold : output;
        if (expected.Answer.Length > 0 && expected.Place is null)
        {
            return null;
        }

        var (start, end) = expected.Place ?? default;
        if (expected.Answer.Length == 0 || (output.Context ?? 0) != part.Context || part.Stretch.Start > start || part.Stretch.End < end)
        {
            return Target.FromLabels(part.Nothing, part.Nothing);
        }

        var context = part.Tokens[part.First..(part.First + part.Count)];
        var (from, to) = (Array.FindLastIndex(context, token => token.Start <= start), Array.FindIndex(context, token => token.Start + token.Length >= end));
        return Target.FromLabels(part.First + Math.Max(0, from), part.First + (to < 0 ? context.Length - 1 : to));
    }

    /// <inheritdoc />
    public override TaskLoss Loss(EncodedBatch<Window> batch) =>
        new(nn.functional.cross_entropy(Logits(batch), batch.Labels, reduction: nn.Reduction.Sum), batch.Labels.numel());

    /// <inheritdoc />
    public override IReadOnlyList<Found> Predict(EncodedBatch<Window> batch)
    {
        var ends = Logits(batch).softmax(1).cpu();                                                        // [batch, length, 2]
        return [.. batch.Parts.Select((part, row) => Find(part, ends[row]))];
    }

    /// <inheritdoc />
    public override Reply Join(Question input, IReadOnlyList<Window> parts, IReadOnlyList<Found> answers) => Found.Join(parts, answers, adds: true);

    // Of a window: its best spans, by the product of both probabilities. Ends are [length, 2].
    private static Found Find(Window part, Tensor ends)
    {
        var (limits, count) = (part.Limits, part.Count);
        var context = ends.narrow(0, part.First, count);
        var spans = context.select(1, 0).unsqueeze(1).mul(context.select(1, 1).unsqueeze(0)).triu().tril(limits.MaxAnswerLen - 1); // [first, last]
        var wanted = limits.AlignToWords ? (2L * limits.TopK) + 10 : limits.TopK;                         // completed words may make equal answers
        var (best, at) = spans.flatten().topk((int)Math.Min(wanted + Blanks, (long)count * count));
        List<Reply> answers = [];
        foreach (var (score, place) in best.data<float>().Zip(at.data<long>()).Where(found => found.First > 0))
        {
            var (start, end) = part.Answer((int)(place / count), (int)(place % count), limits.AlignToWords);
            if (end > start && answers.Count < wanted)
            {
                answers.Add(Reply.Quote(part.Text, start, end, score));
            }
        }

        if (answers.Count < wanted)
        {
            answers.Add(Reply.Quote(part.Text, 0, 0, 0));                                                 // there are no more than these
        }

        return new(answers, (double)ends[part.Nothing, 0].item<float>() * ends[part.Nothing, 1].item<float>());
    }

    // Of the context's tokens and of that which stands for nothing, [batch, length, 2].
    private Tensor Logits(EncodedBatch<Window> batch)
    {
        var (rows, length) = (batch.Parts.Count, (int)batch.States.size(1));
        var masked = Enumerable.Repeat(true, rows * length).ToArray();
        foreach (var (row, part) in batch.Parts.Index())
        {
            Array.Fill(masked, false, (row * length) + part.First, part.Count);
            masked[(row * length) + part.Nothing] = false;
        }

        return span.call(batch.States).masked_fill(tensor(masked, [rows, length, 1], device: batch.States.device), Never);
    }
}
