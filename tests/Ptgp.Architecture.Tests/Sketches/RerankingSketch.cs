using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Query(string Text, IReadOnlyList<string> Documents);
internal sealed record Pair(Query Query, int Document);
internal sealed record Ranking(IReadOnlyList<int> Order, IReadOnlyList<float> Scores); // expected: the good ones alone

/// <summary>Scores each document of a query and sorts; learns from the whole list of a query at once.</summary>
internal sealed class RankHead : TaskHead<Query, Pair, float, Ranking>
{
    private readonly Linear score;

    public RankHead(IBackbone backbone) : base(backbone)
    {
        score = nn.Linear(backbone.Width, 1, hasBias: false); // a loss over a list cannot tell what is added to all of it
        RegisterComponents();
    }

    #region quote
    public override bool KeepsPartsTogether => true;

    public override IReadOnlyList<Pair> Split(Query input) => [.. input.Documents.Select((_, i) => new Pair(input, i))];

    public override Ranking Join(Query input, IReadOnlyList<Pair> parts, IReadOnlyList<float> answers)
    {
        int[] order = [.. Enumerable.Range(0, answers.Count).OrderByDescending(i => answers[i])];
        return new(order, [.. order.Select(i => answers[i])]);
    }

    public override Features EncodeInput(Pair part) => Features.FromText(
        Backbone.Tokenizer.Encode(part.Query.Text, new() { Pair = part.Query.Documents[part.Document], MaxLength = Backbone.MaxLength }));

    public override Target EncodeTarget(Pair part, Ranking output) => Target.FromValues(output.Order.Contains(part.Document) ? 1f : 0f);

    public override TaskLoss Loss(EncodedBatch<Pair> batch)
    {
        var queries = batch.Parts.Select(part => part.Query).Distinct().SelectMany((query, i) => Enumerable.Repeat((long)i, query.Documents.Count));
        var query = tensor(queries.ToArray(), device: batch.States.device);
        var same = query.unsqueeze(0).eq(query.unsqueeze(1)); // [batch, batch]: rows of one query
        var scores = Scores(batch);
        var chances = scores - scores.unsqueeze(0).expand_as(same).masked_fill(~same, float.NegativeInfinity).logsumexp(1); // log softmax in its list
        return new(-chances.mul(batch.Values.squeeze(1)).sum(), (long)batch.Values.sum().item<float>());
    }

    public override IReadOnlyList<float> Predict(EncodedBatch<Pair> batch) => [.. Scores(batch).cpu().data<float>()];
    #endregion

    private Tensor Scores(EncodedBatch<Pair> batch) => score.call(Common.Pool(batch)).squeeze(1); // [batch]
}
