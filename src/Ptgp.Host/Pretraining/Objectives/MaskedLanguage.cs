namespace Ptgp.Host.Pretraining;

/// <summary>What the objectives that mask words have in common.</summary>
internal static class MaskedLanguage
{
    /// <summary>Says what a backbone lacks for it; null where it does.</summary>
    public static string? Lacks(BackboneFeatures features, SpecialIds ids) => !features.HasFlag(BackboneFeatures.SeesBothSides) ? "an encoder"
        : features.HasFlag(BackboneFeatures.ReadsFrames) ? "an encoder that reads text"
        : ids.Mask is null ? "a token [MASK], <mask> or <extra_id_0> in its tokenizer (ptgp tokenizers train --symbol '<mask>')" : null;

    /// <summary>Puts words below 0 around those of a text, where special tokens stand.</summary>
    public static int[] Frame(SpecialIds ids, IEnumerable<int> words) => [.. ids.Before.Select(_ => -1), .. words, .. ids.Behind.Select(_ => -1)];

    /// <summary>Masks words; a token that stands in another's place is any of the vocabulary but special ones.</summary>
    public static Learned Make(Random random, IReadOnlyList<int> tokens, IReadOnlyList<int> words, SpecialIds ids, double density)
    {
        var fates = Masking.Draw(random, words, density);
        return Masking.Apply(tokens, fates, ids.Mask!.Value, _ => Plain());

        int Plain()
        {
            while (true)
            {
                var id = random.Next(ids.Tokenizer.Count);
                if (!ids.Tokenizer.IsSpecial(id))
                {
                    return id;
                }
            }
        }
    }
}
