namespace Ptgp.Backbone.Weights.Pickles;

/// <summary>What is wrong in a pickle or in what surrounds it; whoever knows the file's name makes a <see cref="CheckpointException"/> of it.</summary>
/// <param name="message">A sentence that goes on after the file's name: <c>is cut short: …</c>.</param>
internal sealed class PickleFault(string message) : Exception(message)
{
    /// <summary>Quotes what a stranger wrote: on one line, and not all of it when it is long.</summary>
    public static string Quote(string text)
    {
        const int longest = 120;
        var shown = text.Length > longest ? text[..longest] + "…" : text;
        return $"'{string.Concat(shown.Select(sign => char.IsControl(sign) || char.IsSurrogate(sign) ? '?' : sign))}'";
    }
}
