using System.Diagnostics;
using Ptgp.Host.Hub;

namespace Ptgp.Host.Commands;

/// <summary>Says in lines how a pull goes on: one a file, and more where files are long.</summary>
internal sealed class PullLog(IConsoleLog log) : PullDisplay
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(20);
    private long last = Stopwatch.GetTimestamp();

    public override void Begin(HubFile file)
    {
        Volatile.Write(ref last, Stopwatch.GetTimestamp());
        log.Status($"pulling {file.Name} ({Sizes.Say(file.Size)})");
    }

    public override void Say(string message) => log.Status(message);

    public override void Dispose()
    {
        // Lines stand as they are.
    }

    protected override void Show(long done, long total)
    {
        if (Stopwatch.GetElapsedTime(Volatile.Read(ref last)) > Silence)
        {
            Volatile.Write(ref last, Stopwatch.GetTimestamp());
            log.Status($"  {Sizes.Say(done)} of {Sizes.Say(total)}");
        }
    }
}
