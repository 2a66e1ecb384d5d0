namespace Ptgp.Toolkit.Readers;

/// <summary>A line of a text file, and where it stands.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The number of the line, counted from 1.</param>
/// <param name="Text">The line without its end.</param>
public readonly record struct TextLine(string Path, long Number, string Text)
{
    /// <summary>Makes the error that this line is to blame for; its message names file and line.</summary>
    public InvalidDataException Fault(string message) => new($"{Path}({Number}): {message}");
}
