namespace Ptgp.Host;

/// <summary>What was asked for cannot work as it was asked; nothing was done.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : UserException(message, inner)
{
    public override int ExitCode => 2;
}
