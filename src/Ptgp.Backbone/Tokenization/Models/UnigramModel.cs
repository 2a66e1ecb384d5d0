using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ptgp.Backbone.Tokenization.Models;

/// <summary>
/// A unigram language model over pieces: of all ways to cut a text the one whose pieces have the best total score (Viterbi, in
/// time linear in the text). A character that no piece covers costs ten below the worst score; runs of such become one piece.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;

    private readonly Lazy<VocabularyTrie> entries;
    private readonly double[] scores;
    private readonly double unknownScore;
    private readonly int unknownId;
    private readonly bool isSinglePrecision;

    /// <summary>Makes a model.</summary>
    /// <param name="pieces">Every piece that text may become, with its score.</param>
    /// <param name="lowestScore">The lowest score of a piece.</param>
    /// <param name="unknownId">The id of what no piece covers; -1: it is left out.</param>
    /// <param name="isSinglePrecision">Whether sums of scores are rounded to float, as SentencePiece's own are; it decides between equals.</param>
    public UnigramModel(IReadOnlyCollection<ScoredPiece> pieces, double lowestScore, int unknownId, bool isSinglePrecision)
    {
        this.unknownId = unknownId;
        this.isSinglePrecision = isSinglePrecision;
        unknownScore = Round(lowestScore - UnknownPenalty);
        scores = new double[pieces.Count == 0 ? 0 : pieces.Max(piece => piece.Id) + 1];
        foreach (var piece in pieces)
        {
            scores[piece.Id] = piece.Score;
        }

        // The side that only writes never cuts text, and needs no trie.
        entries = new(() =>
        {
            var trie = new VocabularyTrie();
            foreach (var piece in pieces)
            {
                trie.Add(piece.Text, piece.Id);
            }

            return trie;
        });
    }

    /// <summary>Gets the ids of the 256 bytes that spell an unknown character; null when it becomes the unknown id.</summary>
    public int[]? Bytes { get; init; }

    /// <summary>Gets ids by piece id where a vocabulary of its own numbers the pieces (Marian); null when they are the same.</summary>
    public int[]? Renumbered { get; init; }

    /// <summary>Gets a vocabulary of its own, in which unknown runs are looked up once more (Marian); null when there is none.</summary>
    public Func<ReadOnlySpan<char>, int>? FindUnknown { get; init; }

    public override void Cut(ReadOnlySpan<char> word, List<ModelPiece> pieces)
    {
        if (word.IsEmpty)
        {
            return;
        }

        var best = ArrayPool<double>.Shared.Rent(word.Length + 1);
        var from = ArrayPool<int>.Shared.Rent(word.Length + 1);
        var ids = ArrayPool<int>.Shared.Rent(word.Length + 1);
        try
        {
            from.AsSpan(0, word.Length + 1).Fill(-1);
            best[0] = 0;
            Walk(word, best, from, ids);
            Collect(word, from, ids, pieces);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(best);
            ArrayPool<int>.Shared.Return(from);
            ArrayPool<int>.Shared.Return(ids);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Walk(ReadOnlySpan<char> word, double[] best, int[] from, int[] ids)
    {
        var trie = entries.Value;
        for (var start = 0; start < word.Length;)
        {
            var step = char.IsHighSurrogate(word[start]) && start + 1 < word.Length ? 2 : 1;
            var hasSingle = false;
            var node = VocabularyTrie.Root;
            for (var end = start; end < word.Length && (node = trie.Step(node, word[end])) >= 0; end++)
            {
                var id = trie.ValueAt(node);
                if (id >= 0)
                {
                    Offer(start, end + 1, id, scores[id], best, from, ids);
                    hasSingle |= end + 1 - start == step;
                }
            }

            if (!hasSingle)
            {
                Offer(start, start + step, -1, unknownScore, best, from, ids);
            }

            start += step;
        }
    }

    private void Offer(int start, int end, int id, double score, double[] best, int[] from, int[] ids)
    {
        var total = Round(best[start] + score);
        if (from[end] < 0 || total > best[end])
        {
            (best[end], from[end], ids[end]) = (total, start, id);
        }
    }

    private void Collect(ReadOnlySpan<char> word, int[] from, int[] ids, List<ModelPiece> pieces)
    {
        var first = pieces.Count;
        for (var end = word.Length; end > 0;)
        {
            var start = from[end];
            var id = ids[end];
            while (id < 0 && Bytes is null && start > 0 && ids[start] < 0)
            {
                start = from[start];
            }

            if (id >= 0)
            {
                pieces.Add(new(Renumbered?[id] ?? id, start, end - start));
            }
            else
            {
                AddUnknown(word, start, end, pieces);
            }

            end = start;
        }

        pieces.Reverse(first, pieces.Count - first);
    }

    /// <summary>Adds an unknown run, in reverse where it takes several pieces.</summary>
    private void AddUnknown(ReadOnlySpan<char> word, int start, int end, List<ModelPiece> pieces)
    {
        if (Bytes is not null)
        {
            Span<byte> bytes = stackalloc byte[4];
            var count = Encoding.UTF8.GetBytes(word[start..end], bytes);
            for (var b = count - 1; b >= 0; b--)
            {
                pieces.Add(new(Bytes[bytes[b]], start, end - start));
            }

            return;
        }

        var id = FindUnknown?.Invoke(word[start..end]) ?? unknownId;
        if (id >= 0)
        {
            pieces.Add(new(id, start, end - start));
        }
    }

    private double Round(double value) => isSinglePrecision ? (float)value : value;
}

/// <summary>A piece of a unigram model.</summary>
internal readonly record struct ScoredPiece(int Id, string Text, double Score);
