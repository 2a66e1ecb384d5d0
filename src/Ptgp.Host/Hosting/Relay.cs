using System.Threading.Channels;

namespace Ptgp.Hosting;

/// <summary>Hands things to a callback one after the other on a thread of the pool, so that whoever hands them over does not wait for it.</summary>
/// <typeparam name="T">The things.</typeparam>
/// <param name="tell">The callback. What it throws, <see cref="RunAsync"/> throws.</param>
internal sealed class Relay<T>(Action<T> tell)
{
    private readonly Channel<T> waiting = Channel.CreateUnbounded<T>(new() { SingleReader = true });

    /// <summary>Hands a thing over.</summary>
    public void Post(T thing) => waiting.Writer.TryWrite(thing);

    /// <summary>Says that there will be no more.</summary>
    public void Complete() => waiting.Writer.TryComplete();

    /// <summary>Calls the callback until all that was handed over is told, or until it is called off.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await foreach (var thing in waiting.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (cancellation.IsCancellationRequested)
            {
                return;
            }

            tell(thing);
        }
    }
}
