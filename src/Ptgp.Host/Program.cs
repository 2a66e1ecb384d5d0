using Ptgp.Host;
using Ptgp.Host.Commands;

using var interruption = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl-C lets the work save and end; the second ends the process.
    pressed.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
};
return await CommandLine.RunAsync(args, CommandContext.OfProcess(new HostParts()), interruption.Token);
