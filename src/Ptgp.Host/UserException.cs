namespace Ptgp.Host;

/// <summary>A failure whose message tells a user what must hold, what is, and what to do; it is shown as it stands.</summary>
internal class UserException(string message, Exception? inner = null) : Exception(message, inner);
