namespace Ptgp.Host;

/// <summary>A failure whose message tells a user what must hold, what is, and what to do; it is shown as it stands.</summary>
internal class UserException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Gets what the process ends with.</summary>
    /// <value>The default is 1: what was asked for failed. 2 is for wrong usage or configuration.</value>
    public virtual int ExitCode => 1;
}
