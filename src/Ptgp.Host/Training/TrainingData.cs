namespace Ptgp.Host.Training;

/// <summary>
/// Data of any size as batches: read lazily, a portion of so many examples at a time, which are shuffled and put into batches among each other;
/// the next batches are read and encoded on another thread while the present ones are learned from.
/// </summary>
/// <remarks>Data that makes one portion is read once and kept. Which batch comes where follows from the data and the recipe alone, so that a position is found again later.</remarks>
internal sealed class TrainingData<TInput, TPart, TPartOutput, TOutput> : IDisposable
{
    private readonly FineTuningRecipe recipe;
    private readonly PortionReader<TInput, TPart, TPartOutput, TOutput> reader;
    private Portion<TInput, TPart, TPartOutput, TOutput>? portion;
    private Window? window;
    private ((int, int, int) Place, Task<Window> Window)? ahead;

    /// <summary>Initializes the data; nothing is read yet.</summary>
    /// <param name="head">What splits and encodes.</param>
    /// <param name="examples">What gives the same examples whenever it is gone through.</param>
    /// <param name="recipe">How large portions and batches are.</param>
    public TrainingData(TaskHead<TInput, TPart, TPartOutput, TOutput> head, IEnumerable<Example<TInput, TOutput>> examples, FineTuningRecipe recipe)
    {
        this.recipe = recipe;
        reader = new(head, examples, recipe);
    }

    /// <summary>Measures the data, where it must be known how many steps make an epoch or where it is a single portion, which is read anyway; else null.</summary>
    /// <exception cref="UserException">There is nothing to learn from, or an example cannot be encoded.</exception>
    public DataSize? Measure()
    {
        var (examples, units, batches) = (0L, 0L, 0);
        for (var number = 0; ; number++)
        {
            // Never two of them at once.
            portion = null;
            portion = reader.Read(number);
            (examples, units, batches) = (examples + portion.Examples.Examples, units + portion.Examples.Count, batches + portion.Batches);
            if (portion.IsLast)
            {
                return units > 0 ? new(examples, units, batches) : throw new UserException($"The training data must hold at least one example to learn from, but of {examples} read there is none. Check the file and its format.");
            }

            if (recipe.MaxSteps is not null)
            {
                return null;
            }
        }
    }

    /// <summary>Gets a batch. Whoever asks for one after the other gets them as they were encoded ahead.</summary>
    /// <exception cref="UserException">One of its examples cannot be encoded, or there is no such batch.</exception>
    public TrainingBatch<TPart> Get(DataPosition at)
    {
        var place = (at.Epoch, at.Portion, at.Batch / BatchOrder.WindowBatches);
        if (window is not { } present || present.Place != place)
        {
            window = present = TakeAhead(place) ?? Load(place);
            LookAhead(present);
        }

        var index = at.Batch % BatchOrder.WindowBatches;
        return index >= present.Batches.Count ? throw Gone(at)
            : new(present.Batches[index], index + 1 < present.Batches.Count ? new(at.Epoch, present.Place.Portion, at.Batch + 1) : After(present));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        reader.Stop();
        TakeAhead((-1, -1, -1));
        reader.Dispose();
    }

    // The end of an epoch shows when it is tried to read on: the last portion may have nothing to learn from.
    private DataPosition After(Window done)
    {
        var (epoch, number, part) = done.Place;
        return !done.EndsPortion ? new(epoch, number, (part + 1) * BatchOrder.WindowBatches)
            : done.IsLast ? new(epoch + 1, 0, 0)
            : Following().Batches.Count > 0 ? new(epoch, Following().Place.Portion, 0)
            : new(epoch + 1, 0, 0);
    }

    // It may be another window than was asked for.
    private Window Following()
    {
        var next = ahead!.Value.Window.GetAwaiter().GetResult();
        ahead = (next.Place, ahead.Value.Window);
        return next;
    }

    private Window? TakeAhead((int, int, int) place)
    {
        if (ahead is not { } taken)
        {
            return null;
        }

        ahead = null;
        if (taken.Place == place)
        {
            return taken.Window.GetAwaiter().GetResult();
        }

        // What is not asked for may fail as it likes, but only one reads at a time.
        taken.Window.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Wait();
        return null;
    }

    private void LookAhead(Window from)
    {
        var (epoch, number, part) = from.Place;
        var place = !from.EndsPortion ? (epoch, number, part + 1) : from.IsLast ? (epoch + 1, 0, 0) : (epoch, number + 1, 0);
        var task = Task.Run(() => Load(place));
        ahead = (place, task);
    }

    // Passes over portions that there is nothing to learn from; at the end of the data it has no batches.
    private Window Load((int Epoch, int Portion, int Part) place)
    {
        while (true)
        {
            if (portion?.Number != place.Portion)
            {
                portion = null;
                portion = reader.Read(place.Portion);
            }

            if (portion.Order is { } order && place.Part < order.WindowsPerEpoch)
            {
                return new(place, portion.Examples.Window(order, place.Epoch, place.Part), place.Part + 1 == order.WindowsPerEpoch, portion.IsLast);
            }

            if (portion.IsLast || place.Part > 0)
            {
                return new(place, [], true, true);
            }

            place = (place.Epoch, place.Portion + 1, 0);
        }
    }

    private static UserException Gone(DataPosition at) =>
        new($"The data must still hold batch {at.Batch + 1} of portion {at.Portion + 1}, where the training stood, but does not. Use the data that it began with.");

    private sealed record Window((int Epoch, int Portion, int Part) Place, IReadOnlyList<IReadOnlyList<EncodedExample<TPart>>> Batches, bool EndsPortion, bool IsLast);
}
