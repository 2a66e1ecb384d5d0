namespace Ptgp.Testing.Checks;

/// <summary>What must hold of a plugin's datasets.</summary>
internal static class DatasetChecks
{
    private const int Enough = 8;

    /// <summary>Reads the first examples of a file by the adapter that fits it, as the host does.</summary>
    public static IReadOnlyList<Example<TInput, TOutput>> Read<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, string dataset, Faults faults)
    {
        List<Example<TInput, TOutput>> examples = [];
        faults.Try("Datasets", () =>
        {
            var adapter = plugin.Datasets.FirstOrDefault(adapter => adapter.Fits(dataset));
            if (adapter is null)
            {
                faults.Add($"One of Datasets must fit '{dataset}', but none does. Override Fits, or name the file by the format: {string.Join(", ", plugin.Datasets.Select(one => one.Format))}.");
                return;
            }

            if (!faults.Try($"{adapter.GetType().Name}.Read", () => examples.AddRange(adapter.Read(dataset).Take(Enough))))
            {
                return;
            }

            foreach (var example in examples.Where(example => example.Fault is not null))
            {
                faults.Add($"{adapter.GetType().Name}.Read must read what it is tried with, but gives a bad example: {example.Fault!.Message}");
            }

            examples.RemoveAll(example => example.Fault is not null);
            faults.Check(examples.Count >= 2, $"'{dataset}' must hold two examples or more, but {adapter.GetType().Name} reads {examples.Count}.");
            faults.Check(adapter.Read(dataset).Take(Enough).Count(example => example.Fault is null) == examples.Count, $"{adapter.GetType().Name}.Read must give the examples again when it is called again, but does not. Keep no state in the adapter.");
            var missing = dataset + ".missing";
            try
            {
                foreach (var _ in adapter.Read(missing))
                {
                    break;
                }

                faults.Add($"{adapter.GetType().Name}.Read must throw when there is no file, but does not.");
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                // As it must.
            }
        });
        return examples.Count >= 2 ? examples : [];
    }
}
