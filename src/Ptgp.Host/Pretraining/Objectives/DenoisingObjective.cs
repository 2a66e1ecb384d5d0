namespace Ptgp.Host.Pretraining;

/// <summary>BART's denoising.</summary>
internal sealed class DenoisingObjective() : Objective("denoise", "BART's infilling and sentence permutation", LossKind.Written)
{
    public override double Density => 0.3;

    public override string? Lacks(BackboneFeatures features, SpecialIds ids, PretrainingSettings settings) => !Translates(features) ? "an encoder and a decoder"
        : ids.Mask is null ? "a token <mask>, [MASK] or <extra_id_0> in its tokenizer (ptgp tokenizers train --symbol '<mask>')" : null;

    public override Learned Make(Random random, TextBlock block, SpecialIds ids, PretrainingSettings settings)
    {
        // One token on either side, whatever the family has there.
        int[] text = [ids.End, .. block.Ids, ids.End];
        var sentences = Denoising.Sentences(text, ids.IsStop);
        int[] order = [.. Enumerable.Range(0, sentences.Count)];
        random.Shuffle(order);
        var places = Denoising.Permute([.. Enumerable.Range(0, text.Length)], sentences, order);
        int[] permuted = [.. places.Select(place => text[place])];
        var (last, starts) = (-1, new bool[permuted.Length]);
        for (var i = 1; i < permuted.Length - 1; i++)
        {
            var word = block.Words[places[i] - 1];
            starts[i] = word < 0 || word != last;
            last = word;
        }

        var (spans, count) = Denoising.Draw(random, starts, settings.Density ?? Density);
        var infilled = Denoising.Infill(permuted, starts, spans, ids.Mask!.Value, []);
        int[] inserts = [.. Enumerable.Range(0, count).Select(_ => random.Next(1, infilled.Count + count - 1)).Distinct().Order().Where(place => place <= infilled.Count - 1)];
        infilled = Denoising.Infill(permuted, starts, spans, ids.Mask.Value, inserts);
        return new(ids.Frame(infilled.Take(1..^1)), [.. block.Ids, ids.End]);
    }
}
