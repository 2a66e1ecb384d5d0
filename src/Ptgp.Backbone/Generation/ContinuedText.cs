namespace Ptgp.Backbone.Generation;

/// <summary>The text of what is written on from tokens that stand before it: what the whole decodes to, without what those alone decode to.</summary>
/// <remarks>Decoded by itself a text may begin otherwise, as without the blank before its first word.</remarks>
internal sealed class ContinuedText(ITokenizer tokenizer, IReadOnlyList<int> before)
{
    private readonly int length = before.Count == 0 ? 0 : tokenizer.Decode(before).Length;

    /// <summary>Gets the tokens that stand before it.</summary>
    public IReadOnlyList<int> Before => before;

    /// <summary>Decodes what follows.</summary>
    public string Decode(IReadOnlyList<int> ids) => WithoutBefore(tokenizer.Decode(before.Concat(ids)), 0);

    /// <summary>Gets of a stretch of the whole text what follows.</summary>
    /// <param name="text">The stretch.</param>
    /// <param name="at">Where in the whole text it begins.</param>
    public string WithoutBefore(string text, int at) => text[Math.Clamp(length - at, 0, text.Length)..];
}
