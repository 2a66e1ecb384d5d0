namespace Ptgp.Host.Hub;

/// <summary>A request failed in a way that may pass; whoever asked may ask again.</summary>
internal sealed class HubTrouble(string message, TimeSpan? retryAfter = null, Exception? inner = null) : UserException(message, inner)
{
    /// <summary>Gets how long the hub asks to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
