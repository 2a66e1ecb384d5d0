using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Alignment;

/// <summary>Says which words were read for which words that were written, by the attention of their tokens.</summary>
public static class WordAlignment
{
    /// <summary>Averages maps of attention, such as those of several heads.</summary>
    /// <param name="maps">At least one, all of one size.</param>
    public static float[,] Mean(IReadOnlyList<float[,]> maps)
    {
        ArgumentNullException.ThrowIfNull(maps);
        var mean = new float[maps[0].GetLength(0), maps[0].GetLength(1)];
        foreach (var map in maps)
        {
            for (var row = 0; row < mean.GetLength(0); row++)
            {
                for (var column = 0; column < mean.GetLength(1); column++)
                {
                    mean[row, column] += map[row, column] / maps.Count;
                }
            }
        }

        return mean;
    }

    /// <summary>Aligns words: each that was written with the one that its tokens, on average, looked at most, and with all others that get at least <paramref name="threshold"/> of the looks.</summary>
    /// <param name="source">What was read.</param>
    /// <param name="tokens">Where the tokens that were read stand in it, one a column; an empty range for one that is no part of it.</param>
    /// <param name="target">What was written, as the tokens that wrote it, one a row.</param>
    /// <param name="attention">How much the step that chose a token looked at each that was read, <c>[rows, columns]</c>.</param>
    /// <param name="threshold">From 0 to 1; above 1, the default, a word has one.</param>
    /// <returns>The pairs in the order of the words written, each of which has at least one, and then of those read; empty where no word was read.</returns>
    public static IReadOnlyList<AlignedWords> Of(string source, IReadOnlyList<Range> tokens, IReadOnlyList<string> target, float[,] attention, double threshold = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(attention);
        var (text, written) = (string.Concat(target), Places(target));
        var (read, pairs) = (Words.Of(source), new List<AlignedWords>());
        var columns = read.Select(word => Touching(tokens, word)).ToArray();
        foreach (var word in read.Count == 0 ? [] : Words.Of(text))
        {
            var rows = Touching(written, word);
            var looks = columns.Select(places => places.Sum(column => rows.Sum(row => (double)attention[row, column]))).ToArray();
            var (sum, best) = (looks.Sum(), Array.IndexOf(looks, looks.Max()));
            for (var i = 0; i < looks.Length; i++)
            {
                var weight = sum > 0 ? looks[i] / sum : 1.0 / looks.Length;
                if (i == best || weight >= threshold)
                {
                    pairs.Add(new()
                    {
                        Source = source[read[i]],
                        SourceStart = read[i].Start.Value,
                        SourceEnd = read[i].End.Value,
                        Target = text[word],
                        TargetStart = word.Start.Value,
                        TargetEnd = word.End.Value,
                        Weight = weight,
                    });
                }
            }
        }

        return pairs;
    }

    private static Range[] Places(IReadOnlyList<string> texts)
    {
        var (at, places) = (0, new Range[texts.Count]);
        for (var i = 0; i < texts.Count; i++)
        {
            places[i] = at..(at += texts[i].Length);
        }

        return places;
    }

    private static int[] Touching(IReadOnlyList<Range> tokens, Range word) => [.. Enumerable.Range(0, tokens.Count).Where(i =>
        tokens[i].Start.Value < word.End.Value && tokens[i].End.Value > word.Start.Value && tokens[i].Start.Value < tokens[i].End.Value)];
}
