namespace Ptgp.Host.Pretraining;

/// <summary>The mixture of denoisers of Tay et al. 2022: short and long spans, few and many, and what follows a prefix, each announced by a mode where the tokenizer has a token for it.</summary>
internal sealed class MixtureObjective() : Objective("ul2", "UL2's mixture of span corruptions and prefix language modelling", LossKind.Written)
{
    private const int Sequential = 6;

    // Of the paper: the regular ones, and the extreme ones.
    private static readonly (double Density, double MeanSpan, bool IsExtreme)[] denoisers =
        [(0.15, 3, false), (0.15, 8, false), (0.5, 3, true), (0.5, 8, true), (0.15, 64, true), (0.5, 64, true)];

    public override string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings) => !Translates(features) ? "an encoder and a decoder"
        : Needed(ids, settings) is var needed && ids.Sentinels.Count < needed ? $"{needed} sentinels <extra_id_N> in its tokenizer, which has {ids.Sentinels.Count}" : null;

    public override int Room(SpecialIds ids, PretrainingSettings settings) => base.Room(ids, settings) - 2;

    public override Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings)
    {
        var drawn = random.Next(denoisers.Length + 1);
        Learned made;
        if (drawn == Sequential)
        {
            var split = random.Next(1, block.Ids.Length);
            made = ids.Modes.Sequential is { } mode ? Continuation.Prefix(block.Ids, split, ids.End, mode, ids.Sentinels[0]) : Continuation.Prefix(block.Ids, split, ids.End);
        }
        else
        {
            var (density, meanSpan, isExtreme) = denoisers[drawn];
            var mask = SpanCorruption.Draw(random, block.Ids.Length, density, meanSpan);
            made = SpanCorruption.Apply(block.Ids, mask, sentinel => ids.Sentinels[sentinel], ids.End, isExtreme ? ids.Modes.Extreme : ids.Modes.Regular);
        }

        return made with { Input = [.. ids.Before, .. made.Input] };
    }

    private int Needed(SpecialIds ids, PretrainingSettings settings) => denoisers.Max(one => SpanCorruption.Count(Math.Max(2, Room(ids, settings)), one.Density, one.MeanSpan).Spans) + 1;
}
