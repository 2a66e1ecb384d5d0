using System.Text;
using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>
/// Trains a unigram model (Kudo 2018): from very many pieces, it estimates how likely each is (expectation and maximization, the latter with a Dirichlet prior
/// that drives out rare ones), takes out a quarter of those that the texts' likelihood loses least by, and goes on until the size asked for is reached.
/// </summary>
internal sealed class UnigramTrainer
{
    private const int Estimates = 2;
    private const double Kept = 0.75;
    private const double Surplus = 1.1; // until the last choice, which is by probability alone
    private const double RarestExpected = 0.5;
    private const double RareStep = 1e-4;

    private readonly IReadOnlyList<WordCount> words;
    private readonly IReadOnlyList<(Rune Character, long Count)> characters;
    private readonly Action<string> report;
    private readonly CancellationToken cancellation;
    private readonly VocabularyTrie trie = new();
    private readonly string[] texts;
    private readonly double[] scores;

    private UnigramTrainer(IReadOnlyList<WordCount> words, IReadOnlyList<(Rune Character, long Count)> characters, PieceRule rule, int seeds, Action<string> report, CancellationToken cancellation)
    {
        (this.words, this.characters, this.report, this.cancellation) = (words, characters, report, cancellation);
        var begun = characters.Select(character => (Text: character.Character.ToString(), Covered: character.Count)).Concat(SeedPieces.Find(words, rule, seeds, cancellation)).ToList();
        texts = [.. begun.Select(piece => piece.Text)];
        var total = Math.Log(begun.Sum(piece => (double)piece.Covered));
        scores = [.. begun.Select(piece => Math.Log(piece.Covered) - total)];
        for (var id = 0; id < texts.Length; id++)
        {
            trie.Add(texts[id], id);
        }
    }

    private int Count => scores.Count(double.IsFinite);

    /// <summary>Trains a model.</summary>
    /// <param name="words">The words of the texts.</param>
    /// <param name="characters">The characters that must be pieces, the most frequent first.</param>
    /// <param name="rule">What may be a piece.</param>
    /// <param name="size">How many pieces are wanted.</param>
    /// <param name="seeds">How many pieces of more than a character it begins with at most.</param>
    /// <param name="report">Is told how far it has come.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <returns>The pieces and their scores, the best first; fewer than asked for where the texts have no more.</returns>
    public static List<(string Text, double Score)> Train(
        IReadOnlyList<WordCount> words, IReadOnlyList<(Rune Character, long Count)> characters, PieceRule rule, int size, int seeds, Action<string> report, CancellationToken cancellation)
    {
        report($"looking for pieces in {words.Count} words");
        var trainer = new UnigramTrainer(words, characters, rule, seeds, report, cancellation);
        var surplus = (int)(size * Surplus);
        while (true)
        {
            for (var i = 0; i < Estimates; i++)
            {
                trainer.Estimate();
            }

            if (trainer.Count <= surplus)
            {
                return trainer.Choose(size);
            }

            trainer.Prune(surplus);
        }
    }

    private void Estimate()
    {
        var expected = new double[scores.Length];
        var lattice = new WordLattice(trie, scores);
        var (loss, total) = (0.0, 0L);
        for (var i = 0; i < words.Count; i++)
        {
            StopWhereAsked(i);
            lattice.Load(words[i].Text);
            loss -= words[i].Count * lattice.AddExpected(words[i].Count, expected);
            total += words[i].Count;
        }

        var sum = expected.Where(count => count >= RarestExpected).Sum();
        var whole = Digamma(sum);
        for (var id = 0; id < scores.Length; id++)
        {
            scores[id] = expected[id] >= RarestExpected ? Digamma(expected[id]) - whole : double.NegativeInfinity;
        }

        report(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Count} pieces, {loss / total:0.000} nats a word"));
    }

    /// <summary>Takes pieces out until a share of them, or <paramref name="size"/>, is left.</summary>
    private void Prune(int size)
    {
        var lattice = new WordLattice(trie, scores);
        var (counts, total) = Cut(lattice);
        var sum = counts.Sum();
        var (kept, candidates) = (new HashSet<int>(), new List<(int Id, double Loss)>());
        var alternative = new List<int>();
        for (var id = 0; id < texts.Length; id++)
        {
            StopWhereAsked(id);
            if (double.IsNegativeInfinity(scores[id]))
            {
                continue;
            }

            lattice.Load(texts[id]);
            var other = lattice.Best(alternative, withoutWhole: true);
            if (double.IsNegativeInfinity(other))
            {
                // Nothing else says a single character.
                if (counts[id] > 0)
                {
                    kept.Add(id);
                }
            }
            else if (counts[id] > 0 && other <= scores[id])
            {
                candidates.Add((id, counts[id] / total * (Math.Log(counts[id] / sum) - LogOf(alternative, counts, id, sum))));
            }
        }

        var most = Math.Max(size, (int)(Kept * Count));
        foreach (var (id, _) in candidates.OrderByDescending(candidate => candidate.Loss).ThenBy(candidate => candidate.Id).Take(Math.Max(0, most - kept.Count)))
        {
            kept.Add(id);
        }

        for (var id = 0; id < scores.Length; id++)
        {
            scores[id] = kept.Contains(id) ? scores[id] : double.NegativeInfinity;
        }
    }

    /// <summary>Cuts all words in the best way: how often each piece is used, and how many words there are.</summary>
    private (double[] Counts, double Words) Cut(WordLattice lattice)
    {
        var (counts, total) = (new double[scores.Length], 0.0);
        var ids = new List<int>();
        for (var i = 0; i < words.Count; i++)
        {
            StopWhereAsked(i);
            lattice.Load(words[i].Text);
            lattice.Best(ids);
            total += words[i].Count;
            foreach (var id in ids.Where(id => id >= 0))
            {
                counts[id] += words[i].Count;
            }
        }

        return (counts, total);
    }

    /// <summary>Gets the log-probability of what stands for a piece once it is out, whose uses it then has too.</summary>
    private static double LogOf(List<int> alternative, double[] counts, int id, double sum)
    {
        var whole = Math.Log(sum + (counts[id] * (alternative.Count - 1)));
        return alternative.Sum(part => Math.Log((part < 0 ? 0 : counts[part]) + counts[id]) - whole);
    }

    /// <summary>Takes every character, and the likeliest pieces; a character that went out on the way comes back a little below all others.</summary>
    private List<(string Text, double Score)> Choose(int size)
    {
        var lowest = scores.Where(double.IsFinite).DefaultIfEmpty(0).Min();
        var chosen = new List<(string Text, double Score)>();
        var (returned, isCharacter) = (0, new HashSet<string>(StringComparer.Ordinal));
        for (var id = 0; id < characters.Count; id++)
        {
            // Ids begin with the characters.
            chosen.Add((texts[id], double.IsFinite(scores[id]) ? scores[id] : lowest - (RareStep * returned++)));
            isCharacter.Add(texts[id]);
        }

        var others = Enumerable.Range(characters.Count, texts.Length - characters.Count).Where(id => double.IsFinite(scores[id])).OrderByDescending(id => scores[id]).ThenBy(id => texts[id], StringComparer.Ordinal);
        chosen.AddRange(others.Take(Math.Max(0, size - chosen.Count)).Select(id => (texts[id], scores[id])));
        return [.. chosen.OrderByDescending(piece => piece.Score).ThenBy(piece => piece.Text, StringComparer.Ordinal)];
    }

    private void StopWhereAsked(int i)
    {
        if (i % 1024 == 0)
        {
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The derivative of the logarithm of the gamma function: by its recurrence up to 7, and from there by its asymptotic series.</summary>
    private static double Digamma(double x)
    {
        var result = 0.0;
        for (; x < 7; x++)
        {
            result -= 1 / x;
        }

        x -= 0.5;
        var square = 1 / (x * x);
        return result + Math.Log(x) + (square * ((1.0 / 24) - (square * ((7.0 / 960) - (square * ((31.0 / 8064) - (square * 127.0 / 30720)))))));
    }
}
