using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Makes up what the rows of a step see, and gives the device the numbers of the step.</summary>
/// <param name="pool">The memory.</param>
/// <param name="decoder">The decoder.</param>
/// <param name="biases">What is added to scores by distance; null for nothing.</param>
internal sealed class PagedSight(KeyValuePool pool, Stack decoder, DistanceTable? biases) : IDisposable
{
    private readonly StepNumbers numbers = new(pool.Device);
    private GatheredView? kept;
    private PagedSequence[] keptOwners = [];

    /// <summary>Gives a step what it needs, in its scope.</summary>
    /// <param name="step">The step.</param>
    /// <param name="tokens">The token of each row, <c>[rows]</c> of int64.</param>
    /// <param name="places">The position of each row.</param>
    /// <returns>What the first layer sees; the others see likewise.</returns>
    public PagedLayer See(PagedStep step, out Tensor tokens, out Places places)
    {
        numbers.Clear();
        biases?.Reach(step.Furthest);
        var (rows, tokensAt, positionsAt) = (step.Rows, numbers.Add(step.Tokens), numbers.Add(step.Positions));
        var layer = pool.IsNear ? SeeNear(step) : SeeGathered(step);
        tokens = numbers.Of(tokensAt, rows);
        places = Places.Of(() => numbers.Of(positionsAt, rows).unsqueeze(1), step.Furthest, step.Lasts);
        return layer;
    }

    /// <summary>Lets go of what is kept for a sequence.</summary>
    public void Forget(PagedSequence sequence)
    {
        if (keptOwners.Contains(sequence))
        {
            Forget();
        }
    }

    public void Dispose()
    {
        Forget();
        numbers.Dispose();
    }

    private PagedLayer SeeNear(PagedStep step)
    {
        numbers.Send();
        return new(
            0,
            pool,
            step,
            null,
            new NearView(pool, step.Lines(int.MaxValue), biases),
            decoder.HasWindow ? new NearView(pool, step.Lines(decoder.Window), biases) : null,
            step.MemoryLines is { } lines ? new NearView(pool, lines, null) : null);
    }

    private PagedLayer SeeGathered(PagedStep step)
    {
        var entriesAt = numbers.Add(Array.ConvertAll(step.Entries, entry => (long)entry));
        GatheredView own = new(pool, step.Lines(int.MaxValue), biases, numbers);
        var near = decoder.HasWindow ? new GatheredView(pool, step.Lines(decoder.Window), biases, numbers) : null;
        var memory = Memory(step, out var isNew);
        numbers.Send();
        own.Begin();
        near?.Begin();
        if (isNew)
        {
            Begin(memory!);
        }

        return new(0, pool, step, numbers.Of(entriesAt, step.Rows), own, near, memory);
    }

    // What the encoder made never changes: so the copy of one step serves the next, as long as the same sequences go on.
    private GatheredView? Memory(PagedStep step, out bool isNew)
    {
        isNew = false;
        // Heads that share keys leave rows no room beside them.
        if (step.MemoryOwners(canShare: pool.Heads == decoder.Shape.Heads) is not { } owners)
        {
            return null;
        }

        if (kept is not null && pool.HasRoomFor(kept.Pages) && owners.AsSpan().SequenceEqual(keptOwners))
        {
            return kept;
        }

        Forget();
        isNew = true;
        keptOwners = owners;
        return new(pool, Array.ConvertAll(owners, PagedStep.LineOf), null, numbers);
    }

    // It is kept where the budget has room that nobody was promised.
    private void Begin(GatheredView memory)
    {
        memory.Begin();
        if (pool.HasRoomFor(memory.Pages))
        {
            memory.Keep();
            kept = memory;
        }
    }

    private void Forget()
    {
        kept?.Dispose();
        (kept, keptOwners) = (null, []);
    }
}
