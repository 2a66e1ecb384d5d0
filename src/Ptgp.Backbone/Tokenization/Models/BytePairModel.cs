using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Ptgp.Backbone.Tokenization.Models;

/// <summary>
/// Byte pair encoding: a word starts as its characters, and of all neighbours that a merge joins those of the earliest merge are
/// joined first, the leftmost of several. Words are remembered; long ones are merged by a heap, in n log n.
/// </summary>
internal sealed class BytePairModel : TokenModel
{
    private const int MostRemembered = 20_000;
    private const int LongestRemembered = 48;
    private const int LongestScanned = 24;

    private readonly Vocabulary vocabulary;
    private readonly Dictionary<ulong, Merge> merges;
    private readonly int[] single = new int[0x300];
    private readonly ConcurrentDictionary<string, ModelPiece[]> remembered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ModelPiece[]>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private int count;

    /// <summary>Makes a model.</summary>
    /// <param name="vocabulary">The entries.</param>
    /// <param name="merges">What joins which entries, earliest first: pairs of ids, and the id of what they become.</param>
    /// <param name="ranks">How early an entry is made, by its id, whichever pair makes it; null when the order of the merges says so.</param>
    public BytePairModel(Vocabulary vocabulary, IReadOnlyCollection<(int Left, int Right, int Joined)> merges, IReadOnlyList<int>? ranks = null)
    {
        this.vocabulary = vocabulary;
        lookup = remembered.GetAlternateLookup<ReadOnlySpan<char>>();
        this.merges = new(merges.Count);
        var rank = 0;
        foreach (var (left, right, joined) in merges)
        {
            this.merges[Key(left, right)] = new(ranks?[joined] ?? rank++, joined);
        }

        Span<char> one = stackalloc char[1];
        for (var c = 0; c < single.Length; c++)
        {
            one[0] = (char)c;
            single[c] = vocabulary.Find(one);
        }
    }

    /// <summary>Gets the id of characters that the vocabulary lacks; -1: they are left out.</summary>
    public int UnknownId { get; init; } = -1;

    /// <summary>Gets whether neighbouring unknown characters are one token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Gets the ids of the 256 bytes that spell an unknown character; null when it becomes the unknown id.</summary>
    public int[]? Bytes { get; init; }

    /// <summary>Gets texts that are tokens wherever they stand, the longest of several, and that nothing is joined with: SentencePiece's user-defined symbols; null when there are none.</summary>
    public VocabularyTrie? Fixed { get; init; }

    /// <summary>Gets whether a whole word of the vocabulary is one token, also when no merges lead to it.</summary>
    public bool TakesWholeWords { get; init; }

    /// <summary>Gets what is put before characters that do not start a word.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Gets what is put behind the last character of a word.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>Tells which ids a word never becomes: special tokens.</summary>
    public Func<int, bool> IsReserved { get; init; } = _ => false;

    public override void Cut(ReadOnlySpan<char> word, List<ModelPiece> pieces)
    {
        if (word.Length > LongestRemembered)
        {
            CutNew(word, pieces);
            return;
        }

        if (lookup.TryGetValue(word, out var known))
        {
            pieces.AddRange(known);
            return;
        }

        var first = pieces.Count;
        CutNew(word, pieces);
        if (Volatile.Read(ref count) < MostRemembered && lookup.TryAdd(word, CollectionsMarshal.AsSpan(pieces)[first..].ToArray()))
        {
            Interlocked.Increment(ref count);
        }
    }

    private void CutNew(ReadOnlySpan<char> word, List<ModelPiece> pieces)
    {
        if (TakesWholeWords && vocabulary.Find(word) is var whole and >= 0 && !IsReserved(whole))
        {
            pieces.Add(new(whole, 0, word.Length));
            return;
        }

        var symbols = new List<Symbol>(word.Length);
        Spell(word, symbols);
        var span = CollectionsMarshal.AsSpan(symbols);
        for (var i = 0; i < span.Length; i++)
        {
            (span[i].Previous, span[i].Next) = (i - 1, i + 1 < span.Length ? i + 1 : -1);
        }

        if (span.Length <= LongestScanned)
        {
            MergeByScan(span);
        }
        else
        {
            MergeByHeap(span);
        }

        for (var i = span.Length > 0 ? 0 : -1; i >= 0; i = span[i].Next)
        {
            pieces.Add(new(span[i].Id, span[i].Start, span[i].Length));
        }
    }

    /// <summary>Writes a word as entries of one character, or of bytes, or as unknown.</summary>
    private void Spell(ReadOnlySpan<char> word, List<Symbol> symbols)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < word.Length;)
        {
            if (Fixed is not null && Fixed.LongestPrefix(word[i..], out var symbol) is var whole and > 0)
            {
                // No merge knows its id.
                symbols.Add(new(symbol, i, whole));
                i += whole;
                continue;
            }

            var used = char.IsHighSurrogate(word[i]) && i + 1 < word.Length ? 2 : 1;
            var id = FindCharacter(word.Slice(i, used), i == 0, i + used == word.Length);
            if (id >= 0)
            {
                symbols.Add(new(id, i, used));
            }
            else if (Bytes is not null)
            {
                // The bytes of a character cover it together: each of them says so, and offsets stay whole.
                foreach (var value in bytes[..Encoding.UTF8.GetBytes(word.Slice(i, used), bytes)])
                {
                    symbols.Add(new(Bytes[value], i, used));
                }
            }
            else if (UnknownId >= 0 && FusesUnknown && symbols.Count > 0 && symbols[^1].Id == UnknownId)
            {
                symbols[^1] = new(UnknownId, symbols[^1].Start, i + used - symbols[^1].Start);
            }
            else if (UnknownId >= 0)
            {
                symbols.Add(new(UnknownId, i, used));
            }

            i += used;
        }
    }

    private int FindCharacter(ReadOnlySpan<char> character, bool isFirst, bool isLast)
    {
        if ((Prefix.Length > 0 && !isFirst) || (Suffix.Length > 0 && isLast))
        {
            return vocabulary.Find(string.Concat(isFirst ? "" : Prefix, character, isLast ? Suffix : ""));
        }

        return character.Length == 1 && character[0] < single.Length ? single[character[0]] : vocabulary.Find(character);
    }

    private void MergeByScan(Span<Symbol> symbols)
    {
        while (true)
        {
            var (best, at) = (new Merge(int.MaxValue, 0), -1);
            for (var i = 0; i >= 0 && i < symbols.Length && symbols[i].Next >= 0; i = symbols[i].Next)
            {
                if (merges.TryGetValue(Key(symbols[i].Id, symbols[symbols[i].Next].Id), out var merge) && merge.Rank < best.Rank)
                {
                    (best, at) = (merge, i);
                }
            }

            if (at < 0)
            {
                return;
            }

            Join(symbols, at, best.Id);
        }
    }

    private void MergeByHeap(Span<Symbol> symbols)
    {
        var offers = new List<((int At, int Id), long)>(symbols.Length);
        for (var i = 0; i + 1 < symbols.Length; i++)
        {
            if (Offer(symbols, i) is { } offer)
            {
                offers.Add(offer);
            }
        }

        var queue = new PriorityQueue<(int At, int Id), long>(offers);
        while (queue.TryDequeue(out var top, out _))
        {
            var next = symbols[top.At].Next;
            if (symbols[top.At].Length == 0 || next < 0
                || !merges.TryGetValue(Key(symbols[top.At].Id, symbols[next].Id), out var merge) || merge.Id != top.Id)
            {
                continue;
            }

            Join(symbols, top.At, merge.Id);
            foreach (var at in (ReadOnlySpan<int>)[symbols[top.At].Previous, top.At])
            {
                if (Offer(symbols, at) is { } offer)
                {
                    queue.Enqueue(offer.Item1, offer.Item2);
                }
            }
        }
    }

    /// <summary>Says what joins a symbol with the next, and how early: the rank of the merge, then the place.</summary>
    private ((int At, int Id), long)? Offer(Span<Symbol> symbols, int at)
        => at >= 0 && symbols[at].Next >= 0 && merges.TryGetValue(Key(symbols[at].Id, symbols[symbols[at].Next].Id), out var merge)
            ? ((at, merge.Id), ((long)merge.Rank << 32) | (uint)at)
            : null;

    private static void Join(Span<Symbol> symbols, int at, int id)
    {
        ref var left = ref symbols[at];
        ref var right = ref symbols[left.Next];
        left.Id = id;
        left.Length = right.Start + right.Length - left.Start;
        right.Length = 0;
        left.Next = right.Next;
        if (left.Next >= 0)
        {
            symbols[left.Next].Previous = at;
        }
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private readonly record struct Merge(int Rank, int Id);

    private struct Symbol(int id, int start, int length)
    {
        public int Id = id;
        public int Start = start;
        public int Length = length;
        public int Previous;
        public int Next;
    }
}
