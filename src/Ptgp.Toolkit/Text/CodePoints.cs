namespace Ptgp.Toolkit.Text;

/// <summary>Places in a text, counted in UTF-16 code units as .NET counts them, and in Unicode code points as Python and the data sets made with it do.</summary>
public static class CodePoints
{
    /// <summary>Gets how many code points stand before a place. Half a surrogate pair counts as one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="utf16">The place, in UTF-16 code units.</param>
    public static int FromUtf16(string text, int utf16)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)utf16, (uint)text.Length, nameof(utf16));
        var pairs = 0;
        for (var i = 1; i < utf16; i++)
        {
            pairs += char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        }

        return utf16 - pairs;
    }

    /// <summary>Finds the place before which so many code points stand.</summary>
    /// <returns>The place in UTF-16 code units; null when the text has fewer code points, or the number is negative.</returns>
    public static int? ToUtf16(string text, int codePoints)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = 0;
        for (var i = 0; i < codePoints; i++)
        {
            if (at >= text.Length)
            {
                return null;
            }

            at += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
        }

        return codePoints < 0 ? null : at;
    }
}
