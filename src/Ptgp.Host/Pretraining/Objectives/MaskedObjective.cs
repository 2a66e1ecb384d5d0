namespace Ptgp.Host.Pretraining;

/// <summary>Masked language modelling, of whole words.</summary>
internal sealed class MaskedObjective() : Objective("mlm", "masked language modelling", LossKind.Told)
{
    public override string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings) => MaskedLanguage.Lacks(features, ids);

    public override Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings) =>
        MaskedLanguage.Make(random, ids.Frame(block.Ids), MaskedLanguage.Frame(ids, block.Words), ids, settings.Density ?? Density);
}
