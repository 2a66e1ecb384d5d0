namespace Ptgp.Host.Pretraining;

/// <summary>Causal language modelling: each token from those before it.</summary>
internal sealed class CausalObjective() : Objective("clm", "causal language modelling", LossKind.Written)
{
    public override string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings) => WritesOn(features) ? null : "a decoder that stands alone";

    public override int Room(SpecialIds ids, PretrainingSettings settings) => settings.Block;

    public override Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings) => Continuation.InOne(block.Ids, 1, null);
}
