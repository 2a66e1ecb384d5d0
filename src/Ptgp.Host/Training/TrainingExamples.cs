using System.Runtime.ExceptionServices;

namespace Ptgp.Host.Training;

/// <summary>What a dataset gives to learn from. A unit is what must stand in one batch: one part of an example, or all of its parts where the head compares them.</summary>
/// <remarks>Examples are held; what the head makes of them is not, but encoded when its turn has come.</remarks>
internal sealed class TrainingExamples<TInput, TPart, TPartOutput, TOutput>
{
    private readonly TaskHead<TInput, TPart, TPartOutput, TOutput> head;
    private readonly List<Unit> units = [];

    /// <summary>Reads all examples, splits them and leaves out the parts that there is nothing to learn from.</summary>
    /// <param name="head">What splits and encodes.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="before">How many examples of the data stand before them.</param>
    /// <exception cref="UserException">The head cannot split or encode one; the message says which.</exception>
    public TrainingExamples(TaskHead<TInput, TPart, TPartOutput, TOutput> head, IEnumerable<Example<TInput, TOutput>> examples, long before = 0)
    {
        this.head = head;
        foreach (var (input, output) in examples)
        {
            var example = before + ++Examples;
            TPart[] parts = Try(example, () => head.Split(input).Where(part => head.EncodeTarget(part, output) is not null).ToArray());
            units.AddRange(head.KeepsPartsTogether ? [new(parts, output, example)] : parts.Select(part => new Unit([part], output, example)));
        }

        units.RemoveAll(unit => unit.Parts.Length == 0);
        LongestUnit = units.Count == 0 ? 0 : units.Max(unit => unit.Parts.Length);
    }

    /// <summary>Gets how many examples were read.</summary>
    public int Examples { get; }

    /// <summary>Gets how many units there are.</summary>
    public int Count => units.Count;

    /// <summary>Gets how many parts the unit with the most has.</summary>
    public int LongestUnit { get; }

    /// <summary>Gets the order in which batches are learned from, as large as the recipe says. No batch holds more, unless a single unit does.</summary>
    /// <exception cref="UserException">Batches are measured in tokens, and the head cannot encode an example.</exception>
    public BatchOrder Order(FineTuningRecipe recipe, int seed)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.TokensPerBatch is { } budget
            ? new BatchesByTokens(Measure(recipe), budget, seed)
            : new BatchesByCount(Count, Math.Max(1, recipe.BatchSize / LongestUnit), seed);
    }

    /// <summary>Encodes the parts of one unit. Safe on any thread.</summary>
    /// <exception cref="UserException">The head cannot encode it; the message says which example it is.</exception>
    public IReadOnlyList<EncodedExample<TPart>> Encode(int unit)
    {
        var (parts, output, example) = units[unit];
        return Try(example, () => parts.Select(part => new EncodedExample<TPart>(part, head.EncodeInput(part), Expected(part)) { Number = example }).ToArray());

        Target Expected(TPart part) => head.EncodeTarget(part, output) ?? throw new InvalidOperationException("its target was there before, but is not any more");
    }

    /// <summary>Encodes a window of batches. Safe on any thread.</summary>
    /// <exception cref="UserException">The head cannot encode an example; the message says which.</exception>
    public IReadOnlyList<IReadOnlyList<EncodedExample<TPart>>> Window(BatchOrder order, int epoch, int window)
    {
        ArgumentNullException.ThrowIfNull(order);
        IReadOnlyList<EncodedExample<TPart>>[] encoded = [.. order.Window(epoch, window).Select(Encode)];
        var cut = order.Cut(epoch, window, encoded, unit => unit.Max(part => part.Length));
        return [.. cut.Select(batch => batch.SelectMany(unit => unit).ToArray())];
    }

    // What was encoded to be measured is encoded again when its turn has come: nothing is held but two numbers.
    private UnitShape[] Measure(FineTuningRecipe recipe)
    {
        var shapes = new UnitShape[Count];
        try
        {
            Parallel.For(0, Count, unit =>
            {
                var parts = Encode(unit);
                shapes[unit] = new(
                    parts.Count,
                    parts.Max(part => part.Width(recipe.MaxInputLength, recipe.MaxTargetLength)),
                    recipe.Packing is null ? 0 : parts.Sum(part => part.Positions(recipe.MaxInputLength, recipe.MaxTargetLength)));
            });
        }
        catch (AggregateException faults)
        {
            // Of several, which one comes first is chance; one is enough to go by.
            ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
        }

        return shapes;
    }

    // The head is a stranger's code: whatever it throws is about this example.
    private T Try<T>(long example, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            throw new UserException($"{head.GetType().Name} could not encode example {example} of the data: {fault.Message}", fault);
        }
    }

    private readonly record struct Unit(TPart[] Parts, TOutput Output, long Example);
}
