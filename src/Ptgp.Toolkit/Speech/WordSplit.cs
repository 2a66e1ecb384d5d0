namespace Ptgp.Toolkit.Speech;

/// <summary>Puts tokens together to words: at blanks and punctuation, and in languages that are written without blanks at every character.</summary>
public static class WordSplit
{
    private const char Broken = '\uFFFD';
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
    private static readonly string[] WithoutBlanks = ["zh", "ja", "th", "lo", "my", "yue"];

    /// <summary>Tells whether a language has blanks between its words; one that is not known has.</summary>
    public static bool HasBlanks(string? language) => !WithoutBlanks.Contains(language);

    /// <summary>Splits tokens of text.</summary>
    /// <param name="ids">The tokens, no times among them.</param>
    /// <param name="language">The code of the language.</param>
    /// <param name="decode">Joins tokens to text.</param>
    public static IReadOnlyList<(string Text, IReadOnlyList<int> Ids)> Of(IReadOnlyList<int> ids, string language, Func<IEnumerable<int>, string> decode)
    {
        List<(string Text, List<int> Ids)> words = [];
        var isWhole = !HasBlanks(language);
        foreach (var (text, part) in Characters(ids, decode))
        {
            // A text within the list of punctuation is punctuation, nothing too: as the reference looks.
            if (isWhole || words.Count == 0 || text.StartsWith(' ') || Punctuation.Contains(text.Trim(), StringComparison.Ordinal))
            {
                words.Add((text, part));
                continue;
            }

            words[^1].Ids.AddRange(part);
            words[^1] = (words[^1].Text + text, words[^1].Ids);
        }

        return [.. words.Select(word => (word.Text, (IReadOnlyList<int>)word.Ids))];
    }

    // The fewest tokens that are whole characters together; a character that is broken in the whole text too is one by itself.
    private static IEnumerable<(string Text, List<int> Ids)> Characters(IReadOnlyList<int> ids, Func<IEnumerable<int>, string> decode)
    {
        var (all, offset, part) = (decode(ids), 0, new List<int>());
        foreach (var id in ids)
        {
            part.Add(id);
            var text = decode(part);
            var broken = text.IndexOf(Broken, StringComparison.Ordinal);
            if (broken < 0 || (offset + broken < all.Length && all[offset + broken] == Broken))
            {
                yield return (text, part);
                offset += text.Length;
                part = [];
            }
        }
    }
}
