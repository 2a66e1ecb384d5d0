using System.Diagnostics;

namespace Ptgp.Host.Commands;

/// <summary>Shows on a terminal, in one line that is written over, how far something has come, and nothing in a pipe. Safe to use from many threads.</summary>
internal sealed class StatusLine(CommandContext context) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Lock turn = new();
    private long last;
    private int shown;

    /// <summary>Shows a text, a few times a second at most.</summary>
    public void Show(string text)
    {
        lock (turn)
        {
            if (!context.IsErrorTerminal || (last != 0 && Stopwatch.GetElapsedTime(last) < Pause))
            {
                return;
            }

            last = Stopwatch.GetTimestamp();
            context.Error.Write("\r" + text.PadRight(shown));
            context.Error.Flush();
            shown = text.Length;
        }
    }

    /// <summary>Takes the text away, so that something else can be said.</summary>
    public void Clear()
    {
        lock (turn)
        {
            if (shown > 0)
            {
                context.Error.Write($"\r{new string(' ', shown)}\r");
                context.Error.Flush();
                shown = 0;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => Clear();
}
