namespace Ptgp.Host.Pretraining;

/// <summary>Prefix language modelling: a text is read up to a place that is drawn, and written from there on.</summary>
internal sealed class PrefixObjective() : Objective("prefix", "prefix language modelling", LossKind.Written)
{
    public override string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings) => features.HasFlag(BackboneFeatures.Writes) ? null : "a decoder";

    public override Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings)
    {
        var split = random.Next(1, block.Ids.Length);
        var made = ids.Behind.Count == 0 ? Continuation.InOne(block.Ids, split, ids.End) : Continuation.Prefix(block.Ids, split, ids.End);
        return made with { Input = [.. ids.Before, .. made.Input] };
    }
}
