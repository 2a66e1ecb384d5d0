namespace Ptgp.Testing;

/// <summary>A plugin does not keep the contract.</summary>
public sealed class PluginContractException : Exception
{
    internal PluginContractException(string plugin, IReadOnlyList<string> faults)
        : base($"{plugin} does not keep the contract:{string.Concat(faults.Select(fault => "\n- " + fault))}") => Faults = faults;

    /// <summary>Gets what is wrong, each with what to do.</summary>
    public IReadOnlyList<string> Faults { get; }
}
