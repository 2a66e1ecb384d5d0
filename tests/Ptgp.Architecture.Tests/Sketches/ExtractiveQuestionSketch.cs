using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Question(string Text, string Context, int TopK = 1);
internal sealed record Window(IReadOnlyList<Token> Tokens);
internal sealed record Span(int Start, int Length, double Probability = 1);
internal sealed record Found(IReadOnlyList<Span> Spans, double Nothing); // best first; how likely the context does not say it

internal sealed class SpanHead : TaskHead<Question, Window, Found, Found>
{
    private const int Overlap = 128, Longest = 15, Candidates = 20;
    private readonly Linear ends;

    public SpanHead(IBackbone backbone) : base(backbone)
    {
        ends = nn.Linear(backbone.Width, 2);
        RegisterComponents();
    }

    public override IReadOnlyList<Window> Split(Question input)
    {
        var all = Backbone.Tokenizer.Encode(input.Text, new() { Pair = input.Context }).Tokens;
        Token[] before = [.. all.TakeWhile(token => token.Sequence != 1)], context = [.. all.Where(token => token.Sequence == 1)];
        Token[] after = [.. all.Skip(before.Length + context.Length)];
        var room = Backbone.MaxLength - before.Length - after.Length;
        return room <= Overlap ? throw new FormatException($"A question must leave room for its context, but has {before.Length} tokens.")
            : [.. Common.Starts(context.Length, room, Overlap).Select(start => new Window([.. before, .. context.Skip(start).Take(room), .. after]))];
    }

    public override Features EncodeInput(Window part) => Features.FromText(new(part.Tokens));

    #region quote
    public override Target EncodeTarget(Window part, Found output)
    {
        long At(int position) => part.Tokens.Index()
            .FirstOrDefault(t => t.Item.Sequence == 1 && position >= t.Item.Start && position < t.Item.Start + t.Item.Length).Index;
        var (first, last) = output.Spans is [var span, ..] ? (At(span.Start), At(span.Start + span.Length - 1)) : (0, 0);
        return first > 0 && last > 0 ? Target.FromLabels(first, last) : Target.FromLabels(0, 0); // the first token stands for: not here
    }

    public override TaskLoss Loss(EncodedBatch<Window> batch) =>
        new(nn.functional.cross_entropy(Logits(batch), batch.Labels, reduction: nn.Reduction.Sum), batch.Labels.numel());

    public override IReadOnlyList<Found> Predict(EncodedBatch<Window> batch)
    {
        var ends = Logits(batch).softmax(1).unbind(2); // start and end: [batch, length]
        var spans = ends[0].unsqueeze(2).mul(ends[1].unsqueeze(1)).triu().tril(Longest - 1).cpu(); // [batch, first, last]
        var length = spans.shape[2];
        var (best, at) = spans[.., 1.., 1..].flatten(1).topk((int)Math.Min(Candidates, (length - 1) * (length - 1)));
        return [.. batch.Parts.Select((part, row) => new Found(
            [
                .. best[row].data<float>().Zip(at[row].data<long>()).Where(found => found.First > 0)
                    .Select(found => Cover(part, 1 + (found.Second / (length - 1)), 1 + (found.Second % (length - 1)), found.First)),
            ],
            spans[row, 0, 0].item<float>()))];
    }

    public override Found Join(Question input, IReadOnlyList<Window> parts, IReadOnlyList<Found> answers)
    {
        var spans = answers.SelectMany(answer => answer.Spans).GroupBy(span => (span.Start, span.Length))
            .Select(same => same.MaxBy(span => span.Probability)!);
        return new([.. spans.OrderByDescending(span => span.Probability).Take(input.TopK)], answers.Min(answer => answer.Nothing));
    }
    #endregion

    private static Span Cover(Window part, long first, long last, float p) =>
        new(part.Tokens[(int)first].Start, part.Tokens[(int)last].Start + part.Tokens[(int)last].Length - part.Tokens[(int)first].Start, p);

    private Tensor Logits(EncodedBatch<Window> batch) // [batch, length, 2], of the context and the first token alone
    {
        var rows = batch.Parts.Select(part => tensor(part.Tokens.Select((token, i) => i == 0 || token.Sequence == 1).ToArray()));
        var stands = nn.utils.rnn.pad_sequence(rows, batch_first: true);
        return ends.call(batch.States).masked_fill(stands.to(batch.States.device).logical_not().unsqueeze(2), float.NegativeInfinity);
    }
}
