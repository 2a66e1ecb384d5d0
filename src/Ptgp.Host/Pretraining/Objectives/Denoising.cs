namespace Ptgp.Host.Pretraining;

/// <summary>BART's noise (Lewis et al. 2020): sentences in another order, and spans of words each replaced by one mask; the text itself is to be written.</summary>
internal static class Denoising
{
    private const double MeanSpan = 3;

    /// <summary>Finds sentences: each ends behind the first full stop of a run, the last one before the token that ends the text.</summary>
    /// <param name="ids">The tokens, between one that begins and one that ends the text.</param>
    /// <param name="isStop">Tells which ids end a sentence.</param>
    /// <returns>Where each starts and ends.</returns>
    public static List<(int Start, int End)> Sentences(IReadOnlyList<int> ids, Func<int, bool> isStop)
    {
        List<(int, int)> sentences = [];
        var start = 1;
        for (var i = 1; i < ids.Count - 1; i++)
        {
            var ends = i == ids.Count - 2 || isStop(ids[i]);
            if (ends && !isStop(ids[i - 1]))
            {
                sentences.Add((start, i + 1));
                start = i + 1;
            }
        }

        return sentences;
    }

    /// <summary>Puts sentences in another order; what stands before and behind them stays.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="sentences">The sentences, one behind the other.</param>
    /// <param name="order">Which comes first, second, ….</param>
    public static List<int> Permute(IReadOnlyList<int> ids, IReadOnlyList<(int Start, int End)> sentences, IReadOnlyList<int> order)
    {
        List<int> result = [ids[0]];
        foreach (var (start, end) in order.Select(sentence => sentences[sentence]))
        {
            result.AddRange(ids.Skip(start).Take(end - start));
        }

        return [.. result, .. ids.Skip(result.Count)];
    }

    /// <summary>Replaces spans of words by masks.</summary>
    /// <param name="ids">The tokens.</param>
    /// <param name="startsWord">Which of them begin a word; neither the first nor the last does.</param>
    /// <param name="spans">The first token and the number of words of each span. They may touch and overlap; what one takes out is out.</param>
    /// <param name="mask">The id of the mask.</param>
    /// <param name="inserts">Where masks that stand for nothing are in the result, in order.</param>
    public static List<int> Infill(IReadOnlyList<int> ids, IReadOnlyList<bool> startsWord, IReadOnlyList<(int First, int Words)> spans, int mask, IReadOnlyList<int> inserts)
    {
        var (noised, isOut) = (ids.ToArray(), new bool[ids.Count]);
        foreach (var (first, words) in spans)
        {
            noised[first] = mask;
            var left = words;
            for (var i = first + 1; i < ids.Count - 1; i++)
            {
                left -= startsWord[i] ? 1 : 0;
                if (left <= 0)
                {
                    break;
                }

                isOut[i] = true;
            }
        }

        List<int> result = [.. noised.Where((_, i) => !isOut[i])];
        foreach (var place in inserts)
        {
            result.Insert(place, mask);
        }

        return result;
    }

    /// <summary>Draws spans of Poisson-distributed lengths that take out a share of all words, and how many masks stand for nothing.</summary>
    /// <param name="random">What is drawn from.</param>
    /// <param name="startsWord">Which tokens begin a word.</param>
    /// <param name="density">The share of words.</param>
    public static (List<(int First, int Words)> Spans, int Inserts) Draw(Random random, IReadOnlyList<bool> startsWord, double density)
    {
        int[] places = [.. Enumerable.Range(0, startsWord.Count).Where(i => startsWord[i])];
        var left = (int)Math.Ceiling(places.Length * density);
        List<int> lengths = [];
        while (left > 0)
        {
            lengths.Add(Math.Min(Poisson(random), left));
            left -= lengths[^1];
        }

        random.Shuffle(places);
        int[] longer = [.. lengths.Where(length => length > 0).Take(places.Length)];
        return ([.. places.Zip(longer)], lengths.Count - lengths.Count(length => length > 0));
    }

    // By products of uniform numbers (Knuth).
    private static int Poisson(Random random)
    {
        var (count, product) = (-1, 1.0);
        while (product > Math.Exp(-MeanSpan))
        {
            product *= random.NextDouble();
            count++;
        }

        return count;
    }
}
