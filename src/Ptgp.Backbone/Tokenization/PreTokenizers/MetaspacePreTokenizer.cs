namespace Ptgp.Backbone.Tokenization.PreTokenizers;

/// <summary>Writes blanks as a marker ("▁"), puts one before words, and splits so that each word begins with its marker.</summary>
/// <param name="marker">The marker.</param>
/// <param name="prefix">Which words get one.</param>
/// <param name="splits">Whether text is split at markers.</param>
internal sealed class MetaspacePreTokenizer(char marker, MetaspacePrefix prefix, bool splits) : PreTokenizer
{
    public override Words Apply(Words words)
    {
        var text = new AlignedText(words.Text.Length + words.Ranges.Count);
        var ranges = new List<(int Start, int Length)>(words.Ranges.Count);
        foreach (var (start, length) in words.Ranges)
        {
            var word = text.Length;
            var (from, to) = (words.Text.Starts[start], words.Text.Ends[start]);
            if (words.Text.Characters[start] is var first && first != ' ' && first != marker
                && (prefix == MetaspacePrefix.Always || (prefix == MetaspacePrefix.First && from == 0)))
            {
                text.Add(marker, from, to);
            }

            for (var i = start; i < start + length; i++)
            {
                var c = words.Text.Characters[i];
                c = c == ' ' ? marker : c;
                if (splits && c == marker && text.Length > word)
                {
                    ranges.Add((word, text.Length - word));
                    word = text.Length;
                }

                text.Add(c, words.Text.Starts[i], words.Text.Ends[i]);
            }

            ranges.Add((word, text.Length - word));
        }

        return new(text, ranges);
    }
}

/// <summary>Which words get a marker before them.</summary>
internal enum MetaspacePrefix
{
    /// <summary>All that have none.</summary>
    Always,

    /// <summary>The one at the start of the original text.</summary>
    First,

    /// <summary>None.</summary>
    Never,
}
