namespace Ptgp;

/// <summary>An option that the configuration leaves open: each input must bring it, or something stands in its place. <c>ptgp check</c> shows it.</summary>
/// <param name="Option">Its name beneath <c>tasks:&lt;name&gt;:options</c>, such as <c>to</c>.</param>
/// <param name="Reason">What follows from its absence, to be read after the name: <c>must be given here, or as "to" with each text.</c></param>
public sealed record OpenOption(string Option, string Reason)
{
    /// <summary>Gets whether inputs that do not bring it are refused.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>Gets the values that it may have, those first that are likely meant; empty where they cannot be counted.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];
}
