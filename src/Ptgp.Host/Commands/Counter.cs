using System.Diagnostics;

namespace Ptgp.Host.Commands;

/// <summary>Shows on a terminal how many there are by now, and nothing in a pipe.</summary>
internal sealed class Counter(CommandContext context, string what) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private readonly Lock turn = new();
    private long last;
    private int shown;

    /// <summary>Shows a count, a few times a second at most.</summary>
    public void Show(int count)
    {
        lock (turn)
        {
            if (!context.IsErrorTerminal || (last != 0 && Stopwatch.GetElapsedTime(last) < Pause))
            {
                return;
            }

            last = Stopwatch.GetTimestamp();
            var line = $"{count} {what}";
            shown = line.Length;
            context.Error.Write("\r" + line);
            context.Error.Flush();
        }
    }

    /// <summary>Takes the count away.</summary>
    public void Dispose()
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
}
