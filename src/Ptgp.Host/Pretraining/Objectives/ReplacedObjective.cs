namespace Ptgp.Host.Pretraining;

/// <summary>Replaced-token detection.</summary>
internal sealed class ReplacedObjective() : Objective("rtd", "replaced-token detection", LossKind.Judged)
{
    public override string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings) => features.HasFlag(BackboneFeatures.ReadsFrames) ? "a way to read text" : null;

    public override Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings)
    {
        var framed = ids.Frame(block.Ids);
        return ReplacedTokens.Apply(framed, ReplacedTokens.Draw(random, framed, ids.Tokenizer.IsSpecial, settings.Density ?? Density), ids.Tokenizer.IsSpecial);
    }
}
