namespace Ptgp.Host.Plugins;

/// <summary>A task cannot run on a backbone.</summary>
/// <param name="message">The whole of it: task, backbone and reason.</param>
/// <param name="reason">The reason alone, as a sentence.</param>
/// <param name="inner">What it comes from.</param>
internal sealed class UnfitBackboneException(string message, string reason, Exception? inner = null) : UserException(message, inner)
{
    public override int ExitCode => 2;

    /// <summary>Gets why, as a sentence.</summary>
    public string Reason => reason;

    /// <summary>Gets what is to be done when no configured backbone would do; null when the message says it.</summary>
    public string? WayOut { get; init; }
}
