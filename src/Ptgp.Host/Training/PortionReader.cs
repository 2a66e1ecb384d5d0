namespace Ptgp.Host.Training;

/// <summary>Examples that are held together, to be drawn from by lot.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Examples">What it holds.</param>
/// <param name="Order">In which order it is learned; null where there is nothing to learn from.</param>
/// <param name="IsLast">Whether the data ends with it.</param>
internal sealed record Portion<TInput, TPart, TPartOutput, TOutput>(int Number, TrainingExamples<TInput, TPart, TPartOutput, TOutput> Examples, BatchOrder? Order, bool IsLast)
{
    /// <summary>Gets how many batches it makes.</summary>
    public int Batches => Order?.BatchesPerEpoch ?? 0;
}

/// <summary>Reads data a portion at a time. One thread at a time.</summary>
internal sealed class PortionReader<TInput, TPart, TPartOutput, TOutput>(
    TaskHead<TInput, TPart, TPartOutput, TOutput> head, IEnumerable<Example<TInput, TOutput>> examples, FineTuningRecipe recipe) : IDisposable
{
    private IEnumerator<Example<TInput, TOutput>>? file;
    private int next;
    private bool hasMore;
    private volatile bool isStopped;

    /// <summary>Reads a portion: on from the one before, or anew and over those before it.</summary>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Portion<TInput, TPart, TPartOutput, TOutput> Read(int number)
    {
        if (file is null || next > number)
        {
            file?.Dispose();
            file = examples.GetEnumerator();
            next = 0;
            hasMore = file.MoveNext();
        }

        for (; next < number; next++)
        {
            foreach (var _ in Take())
            {
                // Only passed over.
            }
        }

        next++;
        TrainingExamples<TInput, TPart, TPartOutput, TOutput> held = new(head, Take(), (long)number * recipe.ShuffleBuffer);
        // Portions draw apart from each other.
        var order = held.Count > 0 ? held.Order(recipe, unchecked(recipe.Seed + (number * 486_187_739))) : null;
        return new(number, held, order, !hasMore);
    }

    /// <summary>Lets a read that goes on elsewhere end soon.</summary>
    public void Stop() => isStopped = true;

    /// <inheritdoc />
    public void Dispose() => file?.Dispose();

    private IEnumerable<Example<TInput, TOutput>> Take()
    {
        for (var count = 0; hasMore && count < recipe.ShuffleBuffer; count++)
        {
            var example = file!.Current;
            hasMore = !isStopped ? file.MoveNext() : throw new OperationCanceledException();
            yield return example;
        }
    }
}
