namespace Ptgp;

/// <summary>Reads one dataset format as examples of a task. It knows files, not tensors.</summary>
public abstract class DatasetAdapter<TInput, TOutput>
{
    /// <summary>Gets the format's name on the command line, such as <c>tsv</c> or <c>squad</c>.</summary>
    public abstract string Format { get; }

    /// <summary>Tells, from its name, whether a file or folder looks like this format. By default its extension is the format's name.</summary>
    public virtual bool Fits(string path) => string.Equals(Path.GetExtension(path), "." + Format, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads examples lazily, in the order of the file, and as often as it is asked to.</summary>
    /// <remarks>A line that is wrong in a file that can be read on is better given as <see cref="Example.Bad"/> than thrown: training then goes on without it.</remarks>
    /// <exception cref="InvalidDataException">The file is not in this format, or cannot be read on; the message says where.</exception>
    public abstract IEnumerable<Example<TInput, TOutput>> Read(string path);
}

/// <summary>An input and the output expected of it.</summary>
public readonly record struct Example<TInput, TOutput>(TInput Input, TOutput Output)
{
    /// <summary>Gets what is wrong with the line that should have been an example, which then has neither input nor output. Since 1.4.</summary>
    /// <value>Null, the default, for nothing.</value>
    public InvalidDataException? Fault { get; init; }
}

/// <summary>Makes examples that are none. Since 1.4.</summary>
public static class Example
{
    /// <summary>Stands for a line that is no example. The host counts it, shows the first ones and goes on, unless the user wants it to stop.</summary>
    /// <param name="fault">What is wrong; the message says in which line of which file, what must hold, and what is.</param>
    public static Example<TInput, TOutput> Bad<TInput, TOutput>(InvalidDataException fault) => new(default!, default!) { Fault = fault };
}
