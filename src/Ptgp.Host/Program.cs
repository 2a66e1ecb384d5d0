using System.Runtime.InteropServices;
using Ptgp.Host;
using Ptgp.Host.Commands;

// Ctrl-C, or a request to end, lets the work save and end; the second one ends the process.
using var interruption = new CancellationTokenSource();
using var ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
return await CommandLine.RunAsync(args, CommandContext.OfProcess(new HostParts()), interruption.Token);

void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = !interruption.IsCancellationRequested;
    interruption.Cancel();
}
