using System.CommandLine;

namespace Ptgp.Host.Commands;

/// <summary>Runs what a command does, with its failures reported.</summary>
/// <param name="parsed">The command line, for the options that all commands share.</param>
/// <param name="act">What the command does; it gives one of <see cref="ExitCode"/>.</param>
internal delegate Task<int> CommandGuard(ParseResult parsed, Func<CommandContext, CancellationToken, Task<int>> act);

/// <summary>One command of the command line.</summary>
internal interface IPtgpCommand
{
    /// <summary>Makes its arguments, options and action.</summary>
    Command Create(CommandGuard guard);
}
