namespace Ptgp.Toolkit.Metrics;

/// <summary>A text as ROUGE sees it.</summary>
internal sealed class RougeText(string text, bool useStemmer)
{
    /// <summary>Gets the words of the whole text.</summary>
    public List<string> Words { get; } = Split(text, useStemmer);

    /// <summary>Gets the words of each line that is not empty.</summary>
    public IReadOnlyList<List<string>> Sentences { get; } = [.. text.Split('\n').Where(line => line.Length > 0).Select(line => Split(line, useStemmer))];

    /// <summary>Gets how many words <see cref="Sentences"/> have in all.</summary>
    public int WordsInSentences => Sentences.Sum(sentence => sentence.Count);

    /// <summary>Gets how many n-grams of an order there are.</summary>
    public int Ngrams(int order) => Math.Max(0, Words.Count - order + 1);

    private static List<string> Split(string text, bool useStemmer)
    {
        var (lower, words) = (ReferenceText.Lower(text), new List<string>());
        for (var at = 0; at < lower.Length; at++)
        {
            var start = at;
            while (at < lower.Length && (char.IsAsciiLetterLower(lower[at]) || char.IsAsciiDigit(lower[at])))
            {
                at++;
            }

            if (at > start)
            {
                words.Add(useStemmer && at - start > 3 ? PorterStemmer.Stem(lower[start..at]) : lower[start..at]);
            }
        }

        return words;
    }
}
