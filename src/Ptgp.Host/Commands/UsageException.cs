namespace Ptgp.Host.Commands;

/// <summary>A command was called in a way that cannot work; nothing was done.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : UserException(message, inner)
{
    public override int ExitCode => Commands.ExitCode.Usage;
}
