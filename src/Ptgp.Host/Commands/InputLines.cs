using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Ptgp.Toolkit.Readers;

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

    /// <summary>Reads UTF-8, or UTF-16 with its mark. Lines end with <c>\n</c> or <c>\r\n</c>: other control characters are text.</summary>
    /// <exception cref="InvalidDataException">A line is neither; the message names it, and in UTF-8 the first wrong byte.</exception>
    public static async IAsyncEnumerable<InputLine> OfStreamAsync(Stream stream, string name, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (buffer, line, number, offset) = (new byte[1 << 16], new ArrayBufferWriter<byte>(), 0, 0L);
        var count = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        for (var more = count; more > 0 && count < Encoding.UTF8.Preamble.Length && buffer[0] >= Encoding.UTF8.Preamble[0]; count += more)
        {
            // It may be the beginning of a mark.
            more = await stream.ReadAsync(buffer.AsMemory(count), cancellation).ConfigureAwait(false);
        }

        if (Wide(buffer.AsSpan(0, count)) is { } wide)
        {
            var rest = new JoinedStream(buffer.AsSpan(wide.Preamble.Length, count - wide.Preamble.Length).ToArray(), stream);
            stream = Encoding.CreateTranscodingStream(rest, wide, Encoding.UTF8, leaveOpen: true);
            count = await NextAsync().ConfigureAwait(false);
        }
        else if (buffer.AsSpan(0, count).StartsWith(Encoding.UTF8.Preamble))
        {
            offset = Encoding.UTF8.Preamble.Length;
            buffer.AsSpan((int)offset, count -= (int)offset).CopyTo(buffer);
            count = count > 0 ? count : await NextAsync().ConfigureAwait(false);
        }

        for (; count > 0; count = await NextAsync().ConfigureAwait(false))
        {
            for (var start = 0; start < count;)
            {
                var length = buffer.AsSpan(start, count - start).IndexOf((byte)'\n');
                line.Write(buffer.AsSpan(start, length < 0 ? count - start : length));
                start = length < 0 ? count : start + length + 1;
                if (length >= 0)
                {
                    yield return Next();
                }
            }
        }

        if (line.WrittenCount > 0)
        {
            yield return Next();
        }

        async ValueTask<int> NextAsync()
        {
            try
            {
                return await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false);
            }
            catch (DecoderFallbackException wrong)
            {
                throw new InvalidDataException($"{name}({number + 1}): text in UTF-16 must have both halves of each surrogate pair, but in this line or soon after it one stands alone. Save it as UTF-8.", wrong);
            }
        }

        InputLine Next()
        {
            var bytes = line.WrittenSpan;
            var text = Utf8Text.Decode(name, ++number, offset, bytes.EndsWith((byte)'\r') ? bytes[..^1] : bytes);
            offset += line.WrittenCount + 1;
            line.ResetWrittenCount();
            return new(text, $"{name}({number})");
        }
    }

    private static UnicodeEncoding? Wide(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? new(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true)
        : start.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? new(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true) : null;
}
