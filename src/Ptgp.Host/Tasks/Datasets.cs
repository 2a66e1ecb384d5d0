namespace Ptgp.Host.Tasks;

/// <summary>Finds the dataset adapter that reads a file.</summary>
internal static class Datasets
{
    /// <summary>Reads files one after another, lazily.</summary>
    /// <param name="plugin">Whose formats they have.</param>
    /// <param name="paths">The files.</param>
    /// <param name="format">Their format; null for the first that fits the name.</param>
    /// <param name="badLines">What leaves out lines that are no examples; null to stop at the first.</param>
    /// <exception cref="UsageException">A file is missing, or no adapter reads it.</exception>
    /// <exception cref="UserException">While it is read: a file holds nothing.</exception>
    /// <exception cref="InvalidDataException">While it is read: a file cannot be read on.</exception>
    public static IEnumerable<Example<TInput, TOutput>> Read<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, IReadOnlyList<string> paths, string? format, BadLines? badLines = null)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        // All are looked for before the first is read.
        var files = paths.Select(path => (Path: path, Adapter: Find(plugin, path, format))).ToArray();
        var read = files.Select(file => NotEmpty(file.Path, file.Adapter.Read(file.Path)));
        return badLines is null ? read.SelectMany(file => file.Select(Good)) : badLines.LeaveOut(read);

        static Example<TInput, TOutput> Good(Example<TInput, TOutput> example) => example.Fault is null ? example : throw example.Fault;
    }

    /// <summary>Looks whether files can be read, as far as their first example.</summary>
    /// <param name="plugin">Whose formats they have.</param>
    /// <param name="paths">The files.</param>
    /// <param name="format">Their format; null for the first that fits the name.</param>
    /// <param name="isStrict">Whether no line may be bad before it.</param>
    /// <exception cref="UserException">A file is missing or empty, or no adapter reads it.</exception>
    /// <exception cref="InvalidDataException">A file cannot be read, or begins with nothing but lines that are no examples; this is the fault of the first.</exception>
    public static void Check<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, IReadOnlyList<string> paths, string? format, bool isStrict)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        var patience = isStrict ? 1 : BadLines.Patience;
        foreach (var (path, adapter) in paths.Select(path => (path, Find(plugin, path, format))).ToArray())
        {
            var faults = NotEmpty(path, adapter.Read(path)).Select(example => example.Fault).TakeWhile(fault => fault is not null).Take(patience).ToList();
            if (faults.Count == patience)
            {
                throw faults[0]!;
            }
        }
    }

    private static IEnumerable<Example<TInput, TOutput>> NotEmpty<TInput, TOutput>(string path, IEnumerable<Example<TInput, TOutput>> examples)
    {
        var holdsAny = false;
        foreach (var example in examples)
        {
            holdsAny = true;
            yield return example;
        }

        if (!holdsAny)
        {
            throw new UserException($"Data '{path}' must hold at least one example, but holds none.");
        }
    }

    private static DatasetAdapter<TInput, TOutput> Find<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, string path, string? format)
    {
        var formats = string.Join(", ", plugin.Datasets.Select(adapter => adapter.Format));
        if (Directory.Exists(path) && !plugin.Datasets.Any(adapter => adapter.Fits(path)))
        {
            throw new UsageException($"Data '{path}' is a folder in which plugin '{plugin.Name}' finds nothing of its formats ({formats}). Name the files, each with an option of its own.");
        }

        if (format is not null)
        {
            return plugin.Datasets.FirstOrDefault(adapter => string.Equals(adapter.Format, format, StringComparison.OrdinalIgnoreCase))
                ?? throw new UsageException($"Plugin '{plugin.Name}' must read format '{format}', but reads {formats}. Choose one with --format.");
        }

        return plugin.Datasets.FirstOrDefault(adapter => adapter.Fits(path))
            ?? throw new UsageException(File.Exists(path)
                ? $"Plugin '{plugin.Name}' cannot tell the format of '{path}' from its name. Choose one of {formats} with --format."
                : $"Data '{path}' must be a file or folder, but there is none. Check the path.");
    }
}
