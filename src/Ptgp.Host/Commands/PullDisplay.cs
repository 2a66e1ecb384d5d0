using Ptgp.Host.Hub;

namespace Ptgp.Host.Commands;

/// <summary>Shows how a pull goes on: lines in a pipe, a bar on a terminal.</summary>
internal abstract class PullDisplay : IPullProgress, IDisposable
{
    private readonly Lock turn = new();
    private long total;
    private long done;

    /// <summary>Makes the display that suits standard error.</summary>
    public static PullDisplay For(CommandContext context) => context.IsErrorTerminal ? new PullBar(context) : new PullLog(context.Log);

    /// <inheritdoc />
    public void Begin(long total)
    {
        lock (turn)
        {
            (this.total, done) = (total, 0);
        }
    }

    /// <inheritdoc />
    public void Add(long bytes)
    {
        lock (turn)
        {
            done += bytes;
            Show(done, total);
        }
    }

    /// <inheritdoc />
    public abstract void Begin(HubFile file);

    /// <inheritdoc />
    public abstract void Say(string message);

    /// <inheritdoc />
    public abstract void Dispose();

    /// <summary>Shows how far it is; called by one thread at a time.</summary>
    /// <param name="done">The bytes that are there.</param>
    /// <param name="total">Those that will be; 0 while that is not known.</param>
    protected abstract void Show(long done, long total);
}
