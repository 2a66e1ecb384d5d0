using System.Text;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>
/// The pieces that the training of a unigram model begins with: each text that stands at two places at least, and does not always go on in the same way
/// (what always does is told by the longer text). They are the inner nodes of the words' suffix tree, found by sorting all suffixes by as many characters as a piece has.
/// </summary>
internal sealed class SeedPieces
{
    // Behind a word: another word, or nothing more.
    private const int Next = '▁';
    private const int End = 0;

    private readonly PieceRule rule;
    private readonly List<int> characters = [];
    private readonly List<(int Start, long Count)> suffixes = [];

    private SeedPieces(PieceRule rule) => this.rule = rule;

    /// <summary>Finds the pieces of more than one character, those that cover most first.</summary>
    /// <param name="words">The words.</param>
    /// <param name="rule">What may be a piece.</param>
    /// <param name="most">How many are found at most.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <returns>The pieces, and how many characters of the words each covers.</returns>
    public static List<(string Text, long Covered)> Find(IReadOnlyList<WordCount> words, PieceRule rule, int most, CancellationToken cancellation)
    {
        var seeds = new SeedPieces(rule);
        foreach (var word in words)
        {
            seeds.Add(word.Text, word.AtEnd, End);
            seeds.Add(word.Text, word.Count - word.AtEnd, Next);
        }

        cancellation.ThrowIfCancellationRequested();
        var text = seeds.characters.ToArray();
        var sorted = seeds.suffixes.ToArray();
        Sort(text, sorted, 0, rule.Longest + 1, cancellation);
        var found = seeds.Nodes(text, sorted);
        cancellation.ThrowIfCancellationRequested();
        return [.. found.OrderByDescending(piece => piece.Covered).ThenBy(piece => piece.Text, StringComparer.Ordinal).Take(most)];
    }

    private void Add(string word, long count, int behind)
    {
        if (count == 0)
        {
            return;
        }

        foreach (var rune in word.EnumerateRunes())
        {
            suffixes.Add((characters.Count, count));
            characters.Add(rune.Value);
        }

        characters.Add(behind);
    }

    /// <summary>Sorts suffixes by their characters, from the <paramref name="depth"/>-th on: those below, equal to and above one of them, each again.</summary>
    private static void Sort(int[] text, Span<(int Start, long Count)> suffixes, int depth, int longest, CancellationToken cancellation)
    {
        while (suffixes.Length > 1 && depth < longest)
        {
            if (suffixes.Length > 1 << 16)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            var pivot = Middle(At(suffixes[0]), At(suffixes[suffixes.Length / 2]), At(suffixes[^1]));
            var (below, i, above) = (0, 0, suffixes.Length);
            while (i < above)
            {
                var character = At(suffixes[i]);
                if (character < pivot)
                {
                    (suffixes[below], suffixes[i]) = (suffixes[i], suffixes[below]);
                    below++;
                    i++;
                }
                else if (character > pivot)
                {
                    above--;
                    (suffixes[above], suffixes[i]) = (suffixes[i], suffixes[above]);
                }
                else
                {
                    i++;
                }
            }

            Sort(text, suffixes[..below], depth, longest, cancellation);
            Sort(text, suffixes[above..], depth, longest, cancellation);
            suffixes = suffixes[below..above];
            if (IsBehind(pivot, depth))
            {
                return;
            }

            depth++;

            int At((int Start, long Count) suffix) => text[suffix.Start + depth];
        }
    }

    // A word ends where the next one begins; the "▁" at its own beginning is none.
    private static bool IsBehind(int character, int depth) => character == End || (character == Next && depth > 0);

    private static int Middle(int a, int b, int c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));

    /// <summary>Walks over the sorted suffixes: where the next one has fewer characters in common than those before, a node ends.</summary>
    private List<(string Text, long Covered)> Nodes(int[] text, (int Start, long Count)[] sorted)
    {
        var found = new List<(string Text, long Covered)>();
        var open = new Stack<(int Length, long Count)>(); // begun nodes, longer and longer, and the suffixes below them so far
        for (var i = 0; i < sorted.Length; i++)
        {
            var common = i + 1 < sorted.Length ? Common(text, sorted[i].Start, sorted[i + 1].Start) : 0;
            var count = sorted[i].Count;
            while (open.TryPeek(out var node) && node.Length > common)
            {
                open.Pop();
                count += node.Count;
                Offer(node.Length, count);
            }

            if (open.TryPeek(out var same) && same.Length == common)
            {
                open.Pop();
                count += same.Count;
            }

            open.Push((common, count));

            void Offer(int length, long count)
            {
                var piece = text.AsSpan(sorted[i].Start, length);
                if (length > 1 && rule.Allows(piece))
                {
                    found.Add((Write(piece), count * length));
                }
            }
        }

        return found;
    }

    private int Common(int[] text, int one, int other)
    {
        var length = 0;
        while (length <= rule.Longest && text[one + length] == text[other + length])
        {
            if (IsBehind(text[one + length], length++))
            {
                break; // what always ends a word is told by a text that is no piece
            }
        }

        return length;
    }

    private static string Write(ReadOnlySpan<int> piece)
    {
        var text = new StringBuilder(piece.Length);
        foreach (var character in piece)
        {
            text.Append(new Rune(character));
        }

        return text.ToString();
    }
}
