namespace Ptgp;

/// <summary>Reads one dataset format as examples of a task. It knows files, not tensors.</summary>
public abstract class DatasetAdapter<TInput, TOutput>
{
    /// <summary>Gets the format's name on the command line, such as <c>tsv</c> or <c>squad</c>.</summary>
    public abstract string Format { get; }

    /// <summary>Tells, from its name, whether a file or folder looks like this format. By default its extension is the format's name.</summary>
    public virtual bool Fits(string path) => string.Equals(Path.GetExtension(path), "." + Format, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads examples lazily, in the order of the file.</summary>
    /// <exception cref="InvalidDataException">The file is not in this format; the message says where.</exception>
    public abstract IEnumerable<Example<TInput, TOutput>> Read(string path);
}

/// <summary>An input and the output expected of it.</summary>
public readonly record struct Example<TInput, TOutput>(TInput Input, TOutput Output);
