namespace Ptgp.Host.Pretraining;

/// <summary>Sentence-order prediction.</summary>
internal sealed class OrderObjective() : Objective("sop", "sentence-order prediction", LossKind.Ordered)
{
    public override string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings) => features.HasFlag(BackboneFeatures.ReadsFrames) ? "a way to read text" : null;

    public override int Room(SpecialIds ids, PretrainingSettings settings) => settings.Block - ids.Before.Count - (2 * Math.Max(1, ids.Behind.Count));

    public override Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings) =>
        SentenceOrder.Apply(block.Ids, SentenceOrder.Split(block.Ids, ids.IsStop), random.Next(2) == 1, ids.Before, ids.Behind.Count > 0 ? ids.Behind : [ids.End]);
}
