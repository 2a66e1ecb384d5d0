namespace Ptgp;

/// <summary>
/// An option does not hold, whatever the backbone can do. From <see cref="TaskPlugin{TInput,TOutput}.CreateHead"/> or a plugin's constructor it blames what the configuration
/// says, and the host names the key there; where a request is answered it refuses the request, as any <see cref="FormatException"/> does.
/// </summary>
public sealed class OptionException : FormatException
{
    /// <summary>Blames an option.</summary>
    /// <param name="option">Its name as users write it, beneath <c>tasks:&lt;name&gt;:options</c>, such as <c>to</c>.</param>
    /// <param name="reason">What must hold, what is, and what to do, to be read after the name: <c>must be one of 'txt' and 'srt', but is 'xml'.</c></param>
    /// <param name="inner">What it comes from.</param>
    public OptionException(string option, string reason, Exception? inner = null)
        : base($"'{option}' {reason}", inner) => (Option, Reason) = (option, reason);

    /// <summary>Gets the option's name.</summary>
    public string Option { get; }

    /// <summary>Gets what is wrong, to be read after the name.</summary>
    public string Reason { get; }
}
