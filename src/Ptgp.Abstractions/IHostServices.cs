namespace Ptgp;

/// <summary>What a plugin may know of the host. Ask for it in the plugin's constructor.</summary>
public interface IHostServices
{
    /// <summary>Gets the name of the configured task that this instance serves, such as <c>en-de</c>.</summary>
    string TaskName { get; }

    /// <summary>Gets what is cancelled when the host stops.</summary>
    CancellationToken Stopping { get; }
}
