using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>Trains byte pairs (Sennrich et al. 2016): of all neighbours in the words those that stand together most often become one piece, again and again.</summary>
internal sealed class BytePairTrainer
{
    private const int Rarest = 2;

    private readonly List<string> texts = [];
    private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
    private readonly List<(int[] Symbols, long Count)> words = [];
    private readonly Dictionary<(int Left, int Right), long> counts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> places = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, int Length, string Text)> queue = new(
        Comparer<(long Count, int Length, string Text)>.Create((one, other) =>
            one.Count != other.Count ? other.Count.CompareTo(one.Count) : one.Length != other.Length ? one.Length.CompareTo(other.Length) : string.CompareOrdinal(one.Text, other.Text)));

    private readonly Func<string, bool> allows;

    private BytePairTrainer(Func<string, bool> allows) => this.allows = allows;

    /// <summary>Trains pieces.</summary>
    /// <param name="counted">The words.</param>
    /// <param name="characters">The pieces that it begins with. What else stands in words is in no piece.</param>
    /// <param name="allows">Tells what may be a piece.</param>
    /// <param name="size">How many pieces are wanted beside the characters.</param>
    /// <param name="report">Is told how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <returns>The pieces in the order in which they came about; fewer than asked for where no neighbours stand together twice. And what was joined, in order: two ways may make one piece.</returns>
    public static (List<string> Pieces, List<(string Left, string Right)> Merges) Train(
        IReadOnlyList<WordCount> counted, IEnumerable<string> characters, Func<string, bool> allows, int size, Action<string> report, CancellationToken cancellation)
    {
        report($"looking for pairs in {counted.Count} words");
        var trainer = new BytePairTrainer(allows);
        foreach (var character in characters)
        {
            trainer.Number(character);
        }

        trainer.Read(counted, cancellation);
        return trainer.Join(size, report, cancellation);
    }

    private void Read(IReadOnlyList<WordCount> counted, CancellationToken cancellation)
    {
        foreach (var word in counted)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] symbols = [.. word.Text.EnumerateRunes().Select(rune => ids.GetValueOrDefault(rune.ToString(), -1))];
            words.Add((symbols, word.Count));
            for (var i = 0; i + 1 < symbols.Length; i++)
            {
                Count((symbols[i], symbols[i + 1]), word.Count, words.Count - 1);
            }
        }

        foreach (var pair in counts.Keys)
        {
            Offer(pair);
        }
    }

    private (List<string> Pieces, List<(string Left, string Right)> Merges) Join(int size, Action<string> report, CancellationToken cancellation)
    {
        var (pieces, merges) = (new List<string>(), new List<(string, string)>());
        while (pieces.Count < size && queue.TryDequeue(out var pair, out var rank))
        {
            cancellation.ThrowIfCancellationRequested();
            var count = counts.GetValueOrDefault(pair);
            if (count != rank.Count)
            {
                Offer(pair); // joining others took some away
                continue;
            }

            var isNew = !ids.ContainsKey(rank.Text);
            if (isNew)
            {
                pieces.Add(rank.Text);
            }

            merges.Add((texts[pair.Left], texts[pair.Right]));
            Join(pair, Number(rank.Text));
            if (isNew && pieces.Count % 100 == 0)
            {
                report($"{pieces.Count} of {size} pairs, the last of which stands {count} times");
            }
        }

        return (pieces, merges);
    }

    private void Join((int Left, int Right) pair, int joined)
    {
        var grown = new HashSet<(int, int)>();
        var within = places[pair];
        places.Remove(pair);
        foreach (var number in within.Order())
        {
            var (symbols, count) = words[number];
            var rest = new List<int>(symbols.Length);
            for (var i = 0; i < symbols.Length; i++)
            {
                var isPair = i + 1 < symbols.Length && symbols[i] == pair.Left && symbols[i + 1] == pair.Right;
                rest.Add(isPair ? joined : symbols[i]);
                i += isPair ? 1 : 0;
            }

            if (rest.Count == symbols.Length)
            {
                continue;
            }

            for (var i = 0; i + 1 < symbols.Length; i++)
            {
                ref var known = ref CollectionsMarshal.GetValueRefOrNullRef(counts, (symbols[i], symbols[i + 1]));
                if (!Unsafe.IsNullRef(ref known))
                {
                    known -= count;
                }
            }

            for (var i = 0; i + 1 < rest.Count; i++)
            {
                Count((rest[i], rest[i + 1]), count, number);
                if (rest[i] == joined || rest[i + 1] == joined)
                {
                    grown.Add((rest[i], rest[i + 1]));
                }
            }

            words[number] = ([.. rest], count);
        }

        counts.Remove(pair);
        foreach (var other in grown)
        {
            Offer(other);
        }
    }

    private void Count((int Left, int Right) pair, long count, int word)
    {
        if (pair.Left < 0 || pair.Right < 0)
        {
            return;
        }

        CollectionsMarshal.GetValueRefOrAddDefault(counts, pair, out _) += count;
        (CollectionsMarshal.GetValueRefOrAddDefault(places, pair, out _) ??= []).Add(word);
    }

    private void Offer((int Left, int Right) pair)
    {
        var count = counts.GetValueOrDefault(pair);
        if (count >= Rarest)
        {
            var text = texts[pair.Left] + texts[pair.Right];
            if (allows(text))
            {
                queue.Enqueue(pair, (count, text.Length, text));
            }
        }
    }

    private int Number(string text)
    {
        if (!ids.TryGetValue(text, out var id))
        {
            ids[text] = id = texts.Count;
            texts.Add(text);
        }

        return id;
    }
}
