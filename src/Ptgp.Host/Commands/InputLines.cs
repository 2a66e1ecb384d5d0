using System.Runtime.CompilerServices;
using System.Text;

namespace Ptgp.Host.Commands;

/// <summary>One input, and where it stands for messages.</summary>
/// <param name="Text">The line without its end.</param>
/// <param name="Place">Such as <c>in.txt(3)</c>; empty when there is but one.</param>
internal readonly record struct InputLine(string Text, string Place)
{
    /// <summary>Gets whether there is nothing to ask.</summary>
    public bool IsEmpty => string.IsNullOrWhiteSpace(Text);
}

/// <summary>Reads inputs line by line.</summary>
internal static class InputLines
{
    /// <summary>Takes each argument for a line.</summary>
    public static IAsyncEnumerable<InputLine> OfArguments(IReadOnlyList<string> texts) =>
        texts.Select((text, i) => new InputLine(text, texts.Count == 1 ? "" : $"TEXT {i + 1}")).ToAsyncEnumerable();

    /// <summary>Lets one line that is not empty pass.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="tooMany">Says why there may not be two; asked before the first is given on.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="UsageException">There are more.</exception>
    public static async IAsyncEnumerable<InputLine> OnlyOneAsync(IAsyncEnumerable<InputLine> lines, string tooMany, [EnumeratorCancellation] CancellationToken cancellation)
    {
        InputLine? only = null;
        await foreach (var line in lines.WithCancellation(cancellation).ConfigureAwait(false))
        {
            only = line.IsEmpty ? only : only is null ? line : throw new UsageException(tooMany);
        }

        if (only is { } found)
        {
            yield return found;
        }
    }

    /// <summary>Reads UTF-8, or UTF-16 with its mark; what is neither becomes U+FFFD. Lines end with <c>\n</c> or <c>\r\n</c>: other control characters are text.</summary>
    public static async IAsyncEnumerable<InputLine> OfStreamAsync(Stream stream, string name, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, 1 << 16);
        var buffer = new char[1 << 16];
        var line = new StringBuilder();
        var number = 0;
        for (int count; (count = await reader.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            for (var start = 0; start < count;)
            {
                var end = Array.IndexOf(buffer, '\n', start, count - start);
                line.Append(buffer, start, (end < 0 ? count : end) - start);
                start = end < 0 ? count : end + 1;
                if (end >= 0)
                {
                    yield return Next();
                }
            }
        }

        if (line.Length > 0)
        {
            yield return Next();
        }

        InputLine Next()
        {
            var length = line.Length > 0 && line[^1] == '\r' ? line.Length - 1 : line.Length;
            var text = line.ToString(0, length);
            line.Clear();
            return new(text, $"{name}({++number})");
        }
    }
}
