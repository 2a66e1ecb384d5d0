using System.Text;

namespace Ptgp.Host.Configuration;

/// <summary>The configuration does not hold; the message names every fault.</summary>
internal sealed class ConfigurationException : UserException
{
    public ConfigurationException(string message, Exception? inner = null) : base(message, inner)
    {
    }

    public ConfigurationException(string source, IReadOnlyList<ConfigurationFault> faults, Exception? inner = null) : base(Render(source, faults), inner) => Faults = faults;

    public override int ExitCode => 2;

    /// <summary>Gets the faults one by one; empty when the file could not be read at all.</summary>
    public IReadOnlyList<ConfigurationFault> Faults { get; } = [];

    private static string Render(string source, IReadOnlyList<ConfigurationFault> faults)
    {
        var text = new StringBuilder($"{source} has {(faults.Count == 1 ? "a fault" : $"{faults.Count} faults")}:");
        foreach (var fault in faults)
        {
            text.Append("\n  ").Append(fault);
        }

        return text.ToString();
    }
}

/// <summary>One thing wrong with a configuration.</summary>
/// <param name="Path">The key, such as <c>tasks:en-de:generation:numBeams</c>.</param>
/// <param name="Message">What must hold, what is, and what to do, to be read after the path.</param>
/// <param name="Origin">Where the value comes from when not from the file, such as <c>--set</c>; null otherwise.</param>
internal sealed record ConfigurationFault(string Path, string Message, string? Origin = null)
{
    public override string ToString() => Origin is null ? $"{Path} {Message}" : $"{Path} (from {Origin}) {Message}";
}
