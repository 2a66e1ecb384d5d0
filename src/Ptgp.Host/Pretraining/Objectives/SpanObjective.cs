namespace Ptgp.Host.Pretraining;

/// <summary>T5's span corruption.</summary>
internal sealed class SpanObjective() : Objective("span", "T5's span corruption", LossKind.Written)
{
    public override string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings) => !Translates(features) ? "an encoder and a decoder"
        : Needed(ids, settings) is var needed && ids.Sentinels.Count < needed ? $"{needed} sentinels <extra_id_N> in its tokenizer, which has {ids.Sentinels.Count}" : null;

    public override int Room(SpecialIds ids, PretrainingSettings settings) =>
        SpanCorruption.Expand(Math.Max(2, settings.Block - ids.Before.Count), settings.Density ?? Density, settings.MeanSpan).Tokens;

    public override Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings)
    {
        var mask = SpanCorruption.Draw(random, block.Ids.Length, settings.Density ?? Density, settings.MeanSpan);
        var made = SpanCorruption.Apply(block.Ids, mask, sentinel => ids.Sentinels[sentinel], ids.End);
        return made with { Input = [.. ids.Before, .. made.Input] };
    }

    // One more than there are spans: text that stays before the first one has one in the labels.
    private int Needed(SpecialIds ids, PretrainingSettings settings) => SpanCorruption.Count(Math.Max(2, Room(ids, settings)), settings.Density ?? Density, settings.MeanSpan).Spans + 1;
}
