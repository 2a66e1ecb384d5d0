namespace Ptgp.Hosting;

/// <summary>What was asked for cannot be done; the message says what must hold, what is, and what to do.</summary>
public sealed class PtgpException(string message, Exception? inner = null) : Exception(message, inner);
