namespace Ptgp.Host.Pretraining;

/// <summary>Span corruption (Raffel et al. 2020): spans of tokens are taken out of the input, and written behind the sentinels that stand in their places.</summary>
internal static class SpanCorruption
{
    /// <summary>Corrupts tokens.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="mask">Which of them are taken out; neighbours are one span.</param>
    /// <param name="sentinel">The id of each sentinel, from 0.</param>
    /// <param name="end">The id that ends both sides.</param>
    /// <param name="mode">An id that stands before the input, to say how it was corrupted (Tay et al. 2022); null for none.</param>
    public static Learned Apply(IReadOnlyList<int> ids, IReadOnlyList<bool> mask, Func<int, int> sentinel, int end, int? mode = null) =>
        new([.. mode is { } before ? [before] : (int[])[], .. Keep(ids, mask, kept: false, sentinel), end], [.. Keep(ids, mask, kept: true, sentinel), end]);

    /// <summary>Draws which tokens are taken out: it begins with tokens that stay, and ends with some that do not; all ways to cut either into spans are as likely.</summary>
    /// <param name="random">What is drawn from.</param>
    /// <param name="length">How many tokens there are; at least 2.</param>
    /// <param name="density">Which share of them is taken out.</param>
    /// <param name="meanSpan">How long a span is on average.</param>
    public static bool[] Draw(Random random, int length, double density, double meanSpan)
    {
        var (noise, spans) = Count(length, density, meanSpan);
        return Mask(Cut(random, length - noise, spans), Cut(random, noise, spans));
    }

    /// <summary>Tells how many of some tokens are taken out, and in how many spans; halves are rounded to even.</summary>
    public static (int Noise, int Spans) Count(int length, double density, double meanSpan)
    {
        var noise = Math.Clamp((int)Math.Round(length * density), 1, length - 1);
        return (noise, Math.Max(1, (int)Math.Round(Math.Min(noise, length - noise) / meanSpan)));
    }

    /// <summary>Makes a mask of the lengths of stretches that stay and of spans behind each.</summary>
    public static bool[] Mask(IReadOnlyList<int> kept, IReadOnlyList<int> noise) => [.. kept.Zip(noise).SelectMany(pair => Enumerable.Repeat(false, pair.First).Concat(Enumerable.Repeat(true, pair.Second)))];

    /// <summary>Finds how many tokens give an input of a length, its end included, and how long the labels are then.</summary>
    public static (int Tokens, int Labels) Expand(int inputs, double density, double meanSpan)
    {
        var tokens = inputs;
        while (Lengths(tokens + 1).Inputs <= inputs)
        {
            tokens++;
        }

        var (_, labels) = Lengths(tokens);
        return density == 0.5 && labels > inputs ? (tokens - 1, labels - 1) : (tokens, labels);

        (int Inputs, int Labels) Lengths(int count)
        {
            var noise = (int)Math.Round(count * density);
            var spans = (int)Math.Round(noise / meanSpan);
            return (count - noise + spans + 1, noise + spans + 1);
        }
    }

    private static IEnumerable<int> Keep(IReadOnlyList<int> ids, IReadOnlyList<bool> mask, bool kept, Func<int, int> sentinel)
    {
        var spans = 0;
        for (var i = 0; i < ids.Count; i++)
        {
            if (mask[i] == kept)
            {
                yield return ids[i];
            }
            else if (i == 0 || mask[i - 1] == kept)
            {
                yield return sentinel(spans++);
            }
        }
    }

    // Into parts of one at least: the places of the cuts are drawn.
    private static int[] Cut(Random random, int items, int parts)
    {
        bool[] cuts = [.. Enumerable.Range(0, items - 1).Select(i => i < parts - 1)];
        random.Shuffle(cuts);
        var lengths = new int[parts];
        var part = 0;
        lengths[0] = 1;
        foreach (var isCut in cuts)
        {
            part += isCut ? 1 : 0;
            lengths[part]++;
        }

        return lengths;
    }
}
