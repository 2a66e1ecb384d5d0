namespace Ptgp.Toolkit.Metrics;

/// <summary>Sums a metric's counts over the lines of a corpus.</summary>
internal static class CorpusCounts
{
    public static double[][] Count(ICorpusMetric metric, IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        CheckReferences(hypotheses, references);
        return [.. hypotheses.Select((hypothesis, line) => metric.Count(hypothesis, references[line]))];
    }

    /// <summary>Refuses a corpus in which not each hypothesis has a reference.</summary>
    public static void CheckReferences(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string>> references)
    {
        ArgumentNullException.ThrowIfNull(hypotheses);
        ArgumentNullException.ThrowIfNull(references);
        if (hypotheses.Count != references.Count)
        {
            throw new ArgumentException($"Each hypothesis must have its references, but there are {hypotheses.Count} hypotheses and {references.Count} lists of references.", nameof(references));
        }

        for (var line = 0; line < references.Count; line++)
        {
            if (references[line].Count == 0)
            {
                throw new ArgumentException($"Each line must have a reference, but line {line + 1} has none.", nameof(references));
            }
        }
    }

    public static double[] Sum(IReadOnlyList<double[]> lines, int length)
    {
        var sum = new double[length];
        foreach (var line in lines)
        {
            Add(sum, line);
        }

        return sum;
    }

    public static void Add(double[] sum, double[] line)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] += line[i];
        }
    }

    /// <summary>Finds how many references each line has; null when their number differs.</summary>
    public static int? ReferencesOf(IReadOnlyList<IReadOnlyList<string>> references) =>
        references.Count > 0 && references.All(line => line.Count == references[0].Count) ? references[0].Count : null;

    /// <summary>Gives each line the one reference it has.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> OneEach(IReadOnlyList<string> references) => [.. references.Select(reference => new[] { reference })];

    /// <summary>Counts the n-grams of one order.</summary>
    public static Dictionary<string, int> Ngrams(List<string> words, int order)
    {
        var ngrams = new Dictionary<string, int>();
        for (var i = 0; i + order <= words.Count; i++)
        {
            var ngram = string.Join(' ', words.GetRange(i, order));
            ngrams[ngram] = ngrams.GetValueOrDefault(ngram) + 1;
        }

        return ngrams;
    }
}
