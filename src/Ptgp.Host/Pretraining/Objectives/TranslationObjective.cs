namespace Ptgp.Host.Pretraining;

/// <summary>Translation language modelling (Conneau and Lample 2019): words are masked in two texts that say the same, so that each may be told from the other.</summary>
internal sealed class TranslationObjective() : Objective("tlm", "masked language modelling over two texts that say the same", LossKind.Told)
{
    public override bool NeedsPairs => true;

    public override string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings) => MaskedLanguage.Lacks(features, ids);

    public override int Room(SpecialIds ids, PretrainingSettings settings) => settings.Block - ids.Before.Count - (2 * ids.Behind.Count);

    public override Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings)
    {
        var words = MaskedLanguage.Frame(ids, [.. block.Words.Take(block.Split), .. ids.Behind.Select(_ => -1), .. block.Words.Skip(block.Split)]);
        return MaskedLanguage.Make(random, ids.Frame([.. block.Ids.Take(block.Split), .. ids.Behind, .. block.Ids.Skip(block.Split)]), words, ids, settings.Density ?? Density);
    }
}
