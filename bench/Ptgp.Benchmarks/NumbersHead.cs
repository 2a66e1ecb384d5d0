namespace Ptgp.Benchmarks;

/// <summary>A head that writes ids to ids.</summary>
internal sealed class NumbersHead(IBackbone backbone) : TaskHead<long[], long[]>(backbone)
{
    public override Features EncodeInput(long[] part) => Features.FromTokens(part.Select(id => (int)id));

    public override Target EncodeTarget(long[] part, long[] output) => Target.FromLabels(output);

    public override TaskLoss Loss(EncodedBatch<long[]> batch) => Backbone.Loss(Backbone.Decode(batch.Encoded, batch.Labels), batch.Labels, batch.LabelSmoothing);
}
