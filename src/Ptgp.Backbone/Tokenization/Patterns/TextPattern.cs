namespace Ptgp.Backbone.Tokenization.Patterns;

/// <summary>Finds stretches of text, from left to right, none over another. Safe to use from many threads.</summary>
internal abstract class TextPattern
{
    /// <summary>Appends where the stretches start and how many UTF-16 units they have.</summary>
    public abstract void Find(ReadOnlySpan<char> text, List<(int Start, int Length)> found);
}
