namespace Ptgp.Backbone.Tokenization;

/// <summary>How the characters a token covers leave out the blanks that its entry begins or ends with.</summary>
internal sealed class OffsetTrimming
{
    /// <summary>Gets a character that stands for a blank and is left out at the start of longer pieces; null when there is none.</summary>
    public char? Marker { get; init; }

    /// <summary>Gets whether blanks of byte-level entries ("Ġ") are left out.</summary>
    public bool TrimsBytes { get; init; }

    /// <summary>Gets whether a text's first blank was put there by the tokenizer, so that its first token covers none.</summary>
    public bool AddsPrefix { get; init; }

    /// <summary>Takes the blanks of a byte-level entry, or of an added token as the text has it, out of its offsets.</summary>
    public void Blanks(ReadOnlySpan<char> entry, bool isFirst, ref int start, ref int end)
    {
        if (!TrimsBytes)
        {
            return;
        }

        var (leading, trailing) = (0, 0);
        while (leading < entry.Length && IsBlank(entry[leading]))
        {
            leading++;
        }

        while (trailing < entry.Length && IsBlank(entry[^(trailing + 1)]))
        {
            trailing++;
        }

        if (leading > 0)
        {
            // The blank that was put before the text covers nothing; more than one were there.
            leading = AddsPrefix && leading == 1 && (isFirst || start == 0) ? 0 : leading;
            start = Math.Min(start + leading, end);
        }

        if (trailing > 0 && end >= trailing)
        {
            end = Math.Max(end - trailing, start);
        }
    }

    private static bool IsBlank(char c) => c == 'Ġ' || char.IsWhiteSpace(c);
}
