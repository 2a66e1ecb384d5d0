using Ptgp.Backbone.Native;
using static TorchSharp.torch;

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
    public long[] Tokens => [.. tokens];

    /// <summary>Gets where the keys and values of each row go.</summary>
    public int[] Entries => field ??= [.. entries];

    /// <summary>Gets the numbers of all rows.</summary>
    public int[] AllRows => field ??= [.. Enumerable.Range(0, Rows)];

    /// <summary>Gets the adapter of each row.</summary>
    public IReadOnlyList<Adapter?> Adapters => owners.ConvertAll(owner => owner.Sequence.Adapter);

    /// <summary>Gets the most entries that a row sees.</summary>
    public int Furthest => (int)positions.Max() + 1;

    /// <summary>Gets for each feed its sequence, the row after which what follows is wanted, or the first of them where each beam has one, whether all beams share it, and after how many rows of a beam it is wanted; row −1 where nothing was fed.</summary>
    public (PagedSequence Sequence, int Row, bool IsShared, int Scored)[] Ends { get; }

    /// <summary>Gets what each row sees of the encoder's states; null where there is no encoder.</summary>
    public PagedAttention.Line[]? MemoryLines =>
        owners[0].Sequence.Memory.Length == 0 ? null : [.. owners.Select(owner => new PagedAttention.Line(owner.Sequence.Memory, 0, owner.Sequence.Memory.Length))];

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

    /// <summary>Gets the position of each row.</summary>
    public Places Places(Device device) =>
        Backbone.Places.Of(tensor(positions.ToArray(), [Rows, 1], device: device), Furthest, tensor(lasts.ToArray(), device: device));

    private void Add(PagedSequence sequence, int beam, int token, int position, int last)
    {
        tokens.Add(token);
        positions.Add(position);
        lasts.Add(last);
        owners.Add((sequence, beam));
    }
}
