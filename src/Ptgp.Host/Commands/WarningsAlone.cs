namespace Ptgp.Host.Commands;

/// <summary>Passes on warnings and details, and leaves out what was said already.</summary>
internal sealed class WarningsAlone(IConsoleLog log) : IConsoleLog
{
    public void Status(string message)
    {
    }

    public void Warn(string message) => log.Warn(message);

    public void Detail(string message) => log.Detail(message);
}
