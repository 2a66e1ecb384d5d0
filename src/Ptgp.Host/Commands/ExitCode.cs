namespace Ptgp.Host.Commands;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>What was asked for failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong usage or configuration.</summary>
    public const int Usage = 2;

    /// <summary>Interrupted, by Ctrl-C or a request to end.</summary>
    public const int Interrupted = 130;
}
