namespace Ptgp.Host.Tasks;

/// <summary>Leaves out lines that are no examples: the first ones are shown, all are counted, once, however often the data is read.</summary>
/// <param name="log">Where they are shown.</param>
internal sealed class BadLines(IConsoleLog log)
{
    /// <summary>How many are shown.</summary>
    public const int Shown = 5;

    /// <summary>A file that begins with so many is of another format.</summary>
    public const int Patience = 100;

    private int passes;

    /// <summary>Gets how many lines were left out so far.</summary>
    public int Count { get; private set; }

    /// <summary>Reads files one after another, lazily.</summary>
    /// <param name="files">The examples of each.</param>
    /// <exception cref="InvalidDataException">A file holds nothing but bad lines; this is the fault of the first.</exception>
    public IEnumerable<Example<TInput, TOutput>> LeaveOut<TInput, TOutput>(IEnumerable<IEnumerable<Example<TInput, TOutput>>> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var isFirstPass = Interlocked.Increment(ref passes) == 1;
        foreach (var file in files)
        {
            var (good, bad, first) = (0L, 0L, (InvalidDataException?)null);
            foreach (var example in file)
            {
                if (example.Fault is null)
                {
                    good++;
                    yield return example;
                    continue;
                }

                (bad, first) = (bad + 1, first ?? example.Fault);
                if (good == 0 && bad == Patience)
                {
                    break;
                }

                if (isFirstPass)
                {
                    Say(example.Fault);
                }
            }

            if (good == 0 && first is not null)
            {
                throw first;
            }
        }

        if (isFirstPass && Count > 0)
        {
            log.Warn($"{Count} {(Count == 1 ? "line" : "lines")} of the data cannot be learned from and {(Count == 1 ? "is" : "are")} left out. --strict stops at the first.");
        }
    }

    private void Say(InvalidDataException fault)
    {
        if (++Count <= Shown)
        {
            log.Warn(fault.Message);
        }
    }
}
