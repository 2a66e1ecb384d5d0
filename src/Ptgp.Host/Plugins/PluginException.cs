namespace Ptgp.Host.Plugins;

/// <summary>A plugin cannot be used; the message says why and what to do.</summary>
internal sealed class PluginException(PluginFault fault) : UserException(fault.ToString(), fault.Cause)
{
    /// <inheritdoc />
    public override int ExitCode => Fault.Code == PluginFaultCode.Options ? 2 : 1;

    /// <summary>Gets the fault.</summary>
    public PluginFault Fault { get; } = fault;
}
