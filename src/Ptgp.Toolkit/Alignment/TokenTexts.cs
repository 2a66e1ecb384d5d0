namespace Ptgp.Toolkit.Alignment;

/// <summary>Finds which part of a text each of its tokens wrote.</summary>
public static class TokenTexts
{
    /// <summary>Gets what each token adds to the text that those before it decode to. Joined this is the text of all.</summary>
    /// <remarks>A character that several tokens write together is the last one's; special tokens add nothing.</remarks>
    public static string[] Of(ITokenizer tokenizer, IReadOnlyList<int> ids)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(ids);
        var (text, at) = (tokenizer.Decode(ids), 0);
        var texts = new string[ids.Count];
        for (var i = 0; i < ids.Count; i++)
        {
            // What half a character decodes to, or a blank that no word follows yet, is no part of the whole.
            var end = i == ids.Count - 1 ? text.Length : Math.Max(at, text.AsSpan().CommonPrefixLength(tokenizer.Decode(ids.Take(i + 1))));
            texts[i] = text[at..end];
            at = end;
        }

        return texts;
    }
}
