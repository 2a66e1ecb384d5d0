using System.Runtime.InteropServices;
using Ptgp.Backbone.Native;

namespace Ptgp.Backbone;

/// <summary>The rows that a step of <see cref="PagedDecoding"/> computes: one for each token of each feed. Making it appends the tokens to their sequences.</summary>
internal sealed class PagedStep
{
    private readonly List<long> tokens = [], positions = [], lasts = [];
    private readonly List<int> entries = [];
    private readonly List<(PagedSequence Sequence, int Beam)> owners = [];

    /// <summary>Lays feeds out.</summary>
    public PagedStep(IReadOnlyList<DecodingFeed> feeds)
    {
        Ends = new (PagedSequence, int, bool, int)[feeds.Count];
        for (var at = 0; at < feeds.Count; at++)
        {
            var (slot, fed, isShared, scoresEach) = feeds[at];
            var sequence = (PagedSequence)slot;
            var before = sequence.Count - sequence.Unplaced;
            if (isShared)
            {
                entries.AddRange(sequence.AppendShared(fed.Length));
                for (var i = 0; i < fed.Length; i++)
                {
                    Add(sequence, 0, fed.Span[i], before + i, before + (scoresEach ? i : fed.Length - 1));
                }

                var scored = scoresEach ? fed.Length : 1;
                Ends[at] = (sequence, fed.Length == 0 ? -1 : Rows - scored, true, scored);
                continue;
            }

            sequence.AppendEach();
            for (var beam = 0; beam < sequence.Beams; beam++)
            {
                entries.Add(sequence.Seen(beam)[sequence.Count - 1]);
                Add(sequence, beam, fed.Span[beam], before, before);
            }

            Ends[at] = (sequence, Rows - sequence.Beams, false, 1);
        }
    }

    /// <summary>Gets how many rows there are.</summary>
    public int Rows => tokens.Count;

    /// <summary>Gets the token of each row.</summary>
    public ReadOnlySpan<long> Tokens => CollectionsMarshal.AsSpan(tokens);

    /// <summary>Gets the position of each row.</summary>
    public ReadOnlySpan<long> Positions => CollectionsMarshal.AsSpan(positions);

    /// <summary>Gets the last position of the tokens that each row is read with.</summary>
    public IReadOnlyList<long> Lasts => lasts;

    /// <summary>Gets where the keys and values of each row go.</summary>
    public int[] Entries => field ??= [.. entries];

    /// <summary>Gets the numbers of all rows.</summary>
    public int[] AllRows => field ??= [.. Enumerable.Range(0, Rows)];

    /// <summary>Gets the adapter of each row.</summary>
    public IReadOnlyList<Adapter?> Adapters => owners.ConvertAll(owner => owner.Sequence.Adapter);

    /// <summary>Gets the most entries that a row sees.</summary>
    public int Furthest => field > 0 ? field : field = (int)positions.Max() + 1;

    /// <summary>Gets for each feed its sequence, the row after which what follows is wanted, or the first of them where each beam has one, whether all beams share it, and after how many rows of a beam it is wanted; row −1 where nothing was fed.</summary>
    public (PagedSequence Sequence, int Row, bool IsShared, int Scored)[] Ends { get; }

    /// <summary>Gets what each row sees of the encoder's states; null where there is no encoder.</summary>
    public PagedAttention.Line[]? MemoryLines => owners[0].Sequence.Memory.Length == 0 ? null : [.. owners.Select(owner => LineOf(owner.Sequence))];

    /// <summary>Gets whose states of the encoder the rows see; null where there is no encoder.</summary>
    /// <param name="canShare">Whether each sequence may be there once, where all of them have as many rows; else each row's is.</param>
    public PagedSequence[]? MemoryOwners(bool canShare)
    {
        if (owners[0].Sequence.Memory.Length == 0)
        {
            return null;
        }

        var each = Rows / Ends.Length;
        var areAlike = canShare && each * Ends.Length == Rows && !owners.Where((owner, row) => owner.Sequence != Ends[row / each].Sequence).Any();
        return areAlike ? Array.ConvertAll(Ends, end => end.Sequence) : [.. owners.Select(owner => owner.Sequence)];
    }

    /// <summary>Gets all that is seen of what the encoder made of a sequence.</summary>
    public static PagedAttention.Line LineOf(PagedSequence sequence) => new(sequence.Memory, 0, sequence.Memory.Length);

    /// <summary>Gets what each row sees of its own sequence.</summary>
    /// <param name="window">How far it sees, itself included.</param>
    public PagedAttention.Line[] Lines(int window)
    {
        var lines = new PagedAttention.Line[Rows];
        for (var row = 0; row < lines.Length; row++)
        {
            var seen = (int)positions[row] + 1;
            var count = Math.Min(seen, window);
            lines[row] = new(owners[row].Sequence.Seen(owners[row].Beam), seen - count, count);
        }

        return lines;
    }

    private void Add(PagedSequence sequence, int beam, int token, int position, int last)
    {
        tokens.Add(token);
        positions.Add(position);
        lasts.Add(last);
        owners.Add((sequence, beam));
    }
}
