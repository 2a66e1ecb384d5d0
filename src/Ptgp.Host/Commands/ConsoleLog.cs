namespace Ptgp.Host.Commands;

/// <summary>Says things on standard error.</summary>
internal sealed class ConsoleLog(TextWriter error, bool isVerbose) : IConsoleLog
{
    private readonly Lock turn = new();

    public void Status(string message) => Write(message);

    public void Warn(string message) => Write($"Warning: {message}");

    public void Detail(string message)
    {
        if (isVerbose)
        {
            Write(message);
        }
    }

    private void Write(string line)
    {
        lock (turn)
        {
            error.WriteLine(line);
            error.Flush();
        }
    }
}
