using System.Runtime.InteropServices;
using System.Text;
using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>Counts the words of texts. What it keeps grows with the different words, not with the texts.</summary>
/// <param name="cut">Normalizes a text and appends its words.</param>
/// <param name="symbols">Texts that are tokens wherever they stand, and of which nothing is learned; null when there are none.</param>
internal sealed class WordCounter(Action<string, List<string>> cut, VocabularyTrie? symbols)
{
    private readonly Dictionary<string, (long Count, long AtEnd)> counts = new(StringComparer.Ordinal);
    private readonly List<string> words = [];

    /// <summary>Gets how many different words there are.</summary>
    public int Count => counts.Count;

    /// <summary>Counts the words of a text.</summary>
    public void Add(string text)
    {
        words.Clear();
        cut(text, words);
        for (var i = 0; i < words.Count; i++)
        {
            Add(words[i], i == words.Count - 1);
        }
    }

    /// <summary>
    /// Gives the words in the order of their characters, with <see cref="PieceRule.Uncovered"/> for each character that is left out, and the characters that are not,
    /// the most frequent first.
    /// </summary>
    /// <param name="coverage">Which share of all characters must not be left out; the rarest are first to go.</param>
    public (List<WordCount> Words, List<(Rune Character, long Count)> Characters) Take(double coverage)
    {
        var (kept, uncovered) = Cover(coverage);
        var taken = counts.Select(word => new WordCount(Without(word.Key, uncovered), word.Value.Count, word.Value.AtEnd)).ToList();
        taken.Sort((one, other) => string.CompareOrdinal(one.Text, other.Text));
        return (taken, kept);
    }

    private void Add(string word, bool isLast)
    {
        var start = 0;
        for (var i = 0; symbols is not null && i < word.Length;)
        {
            var length = symbols.LongestPrefix(word.AsSpan(i));
            if (length > 0)
            {
                Count(word[start..i], isLast: false);
                start = i + length;
            }

            i += Math.Max(1, length);
        }

        Count(word[start..], isLast);

        void Count(string part, bool isLast)
        {
            if (part.Length > 0)
            {
                ref var counted = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, part, out _);
                counted = (counted.Count + 1, counted.AtEnd + (isLast ? 1 : 0));
            }
        }
    }

    private (List<(Rune Character, long Count)> Kept, HashSet<Rune> Uncovered) Cover(double coverage)
    {
        var characters = new Dictionary<Rune, long>();
        var total = 0L;
        foreach (var (word, (count, _)) in counts)
        {
            foreach (var rune in word.EnumerateRunes())
            {
                CollectionsMarshal.GetValueRefOrAddDefault(characters, rune, out _) += count;
                total += count;
            }
        }

        var (kept, covered) = (new List<(Rune, long)>(), 0L);
        var sorted = characters.Where(character => character.Key.Value is not (PieceRule.Uncovered or ' ' or 0)).OrderByDescending(character => character.Value).ThenBy(character => character.Key.Value);
        foreach (var (rune, count) in sorted)
        {
            if ((double)covered / total >= coverage)
            {
                break;
            }

            covered += count;
            kept.Add((rune, count));
        }

        return (kept, [.. characters.Keys.Except(kept.Select(character => character.Item1))]);
    }

    private static string Without(string word, HashSet<Rune> uncovered)
    {
        if (uncovered.Count == 0)
        {
            return word;
        }

        var rest = new StringBuilder(word.Length);
        foreach (var rune in word.EnumerateRunes())
        {
            rest.Append(uncovered.Contains(rune) ? new Rune(PieceRule.Uncovered) : rune);
        }

        return rest.ToString();
    }
}
