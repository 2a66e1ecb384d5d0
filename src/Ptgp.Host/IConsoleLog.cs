namespace Ptgp.Host;

/// <summary>What is said beside results, a line a call, on standard error. Safe to use from many threads.</summary>
internal interface IConsoleLog
{
    /// <summary>Says what is being used or done, such as device, dtype and threads.</summary>
    void Status(string message);

    /// <summary>Says what works, but perhaps not as meant.</summary>
    void Warn(string message);

    /// <summary>Says what only someone who searches a fault wants to know; shown with <c>--verbose</c>.</summary>
    void Detail(string message);
}
