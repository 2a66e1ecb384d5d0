using System.Buffers;

namespace Ptgp.Toolkit.Metrics;

/// <summary>The n-grams that chrF counts.</summary>
internal static class ChrfNgrams
{
    private static readonly SearchValues<char> Punctuation = SearchValues.Create("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

    /// <summary>Counts the n-grams of a line by order: those of characters, then those of words.</summary>
    public static List<Dictionary<string, int>> Of(string line, ChrfOptions options)
    {
        line = options.Lowercase ? ReferenceText.Lower(line) : line;
        var characters = options.Whitespace ? line : string.Concat(ReferenceText.Words(line));
        var starts = Starts(characters);
        var ngrams = new List<Dictionary<string, int>>(options.CharacterOrder + options.WordOrder);
        for (var order = 1; order <= options.CharacterOrder; order++)
        {
            ngrams.Add(Characters(characters, starts, order));
        }

        var words = options.WordOrder > 0 ? Words(line) : [];
        for (var order = 1; order <= options.WordOrder; order++)
        {
            ngrams.Add(CorpusCounts.Ngrams(words, order));
        }

        return ngrams;
    }

    // Where each code point starts, and the end.
    private static List<int> Starts(string text)
    {
        var starts = new List<int>(text.Length + 1) { 0 };
        foreach (var rune in text.EnumerateRunes())
        {
            starts.Add(starts[^1] + rune.Utf16SequenceLength);
        }

        return starts;
    }

    private static Dictionary<string, int> Characters(string text, List<int> starts, int order)
    {
        var ngrams = new Dictionary<string, int>();
        var lookup = ngrams.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var i = 0; i + order < starts.Count; i++)
        {
            var ngram = text.AsSpan(starts[i], starts[i + order] - starts[i]);
            lookup.TryGetValue(ngram, out var count);
            lookup[ngram] = count + 1;
        }

        return ngrams;
    }

    // One punctuation mark is taken off a word: at its end or else at its start.
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        foreach (var word in ReferenceText.Words(line))
        {
            if (word.Length > 1 && Punctuation.Contains(word[^1]))
            {
                words.AddRange([word[..^1], word[^1..]]);
            }
            else if (word.Length > 1 && Punctuation.Contains(word[0]))
            {
                words.AddRange([word[..1], word[1..]]);
            }
            else
            {
                words.Add(word);
            }
        }

        return words;
    }
}
