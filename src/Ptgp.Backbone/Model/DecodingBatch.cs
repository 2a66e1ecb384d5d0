using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What a decoder remembers of the sequences that it writes side by side, each of its own length, adapter and number of beams. They join and leave between steps. Synchronous, on the device's thread.</summary>
internal abstract class DecodingBatch : IDisposable
{
    /// <summary>Begins to write to what was read.</summary>
    /// <param name="source">What was read, a row a source.</param>
    /// <param name="beams">How many rows write to each source.</param>
    /// <param name="adapter">The task's deltas.</param>
    public abstract IReadOnlyList<DecodingSlot> Join(EncodedStates source, IReadOnlyList<int> beams, Adapter? adapter);

    /// <summary>Feeds tokens and scores what may follow.</summary>
    /// <param name="feeds">The sequences that go on, each at most once. Those of one adapter are best next to each other.</param>
    /// <returns>Float32 logits after the last token of each beam, or after each token where that was asked for, <c>[sum of these, vocabulary]</c>, in the order of the feeds; they belong to the caller, who may change them in place.</returns>
    public abstract Tensor Next(IReadOnlyList<DecodingFeed> feeds);

    /// <summary>Forgets a sequence.</summary>
    public abstract void Leave(DecodingSlot slot);

    /// <summary>Forgets all.</summary>
    public abstract void Dispose();
}

/// <summary>A source in a <see cref="DecodingBatch"/>, and the beams that write to it.</summary>
/// <param name="beams">How many these are.</param>
internal abstract class DecodingSlot(int beams)
{
    /// <summary>Gets how many rows write to the source.</summary>
    public int Beams { get; } = beams;

    /// <summary>Gets whether it can forget what it was fed last.</summary>
    public virtual bool CanGoBack => false;

    /// <summary>Forgets the last tokens of all beams, which must have been fed since it joined.</summary>
    /// <param name="count">How many.</param>
    public virtual void GoBack(int count) => throw new InvalidOperationException("A sequence must be able to go back to be asked to, but this one cannot.");

    /// <summary>Lets each beam go on from what another holds.</summary>
    /// <param name="origins">For each beam the one whose continuation it becomes.</param>
    public abstract void Reorder(ReadOnlySpan<int> origins);
}

/// <summary>What a sequence is fed in a step.</summary>
/// <param name="Slot">The sequence.</param>
/// <param name="Tokens">A token for each beam, or the same tokens for all beams, one after the other; none, and shared, to score what may follow what was read, where the decoder writes on from that.</param>
/// <param name="IsShared">Whether all beams are fed the same.</param>
/// <param name="ScoresEach">Whether what may follow each token is wanted, and not only what may follow the last: of a sequence of one beam that <see cref="DecodingSlot.CanGoBack"/>.</param>
internal readonly record struct DecodingFeed(DecodingSlot Slot, ReadOnlyMemory<int> Tokens, bool IsShared, bool ScoresEach = false);
