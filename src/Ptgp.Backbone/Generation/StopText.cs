using System.Text;

namespace Ptgp.Backbone.Generation;

/// <summary>Texts that end what is written, wherever the borders of tokens lie.</summary>
/// <param name="tokenizer">Makes text of tokens.</param>
/// <param name="stops">The texts, none of them empty.</param>
internal sealed class StopText(ITokenizer tokenizer, IReadOnlyList<string> stops)
{
    // A token is a byte at least, unless it is a special one; one more token stands before, because some decoders treat the first one apart.
    private readonly int reach = stops.Max(Encoding.UTF8.GetByteCount) + 1;

    /// <summary>Tells whether a text is complete with a token.</summary>
    /// <param name="written">The tokens before it, without what was given.</param>
    /// <param name="token">The token.</param>
    public bool Ends(ReadOnlySpan<int> written, int token)
    {
        var from = written.Length;
        for (var plain = 1; from > 0 && plain < reach; from--)
        {
            plain += tokenizer.IsSpecial(written[from - 1]) ? 0 : 1;
        }

        var text = tokenizer.Decode([.. written[from..], token]);
        return stops.Any(stop => text.Contains(stop, StringComparison.Ordinal));
    }

    /// <summary>Gets a text up to the first of the texts in it.</summary>
    public string Cut(string text)
    {
        var end = text.Length;
        foreach (var stop in stops)
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            end = at < 0 ? end : Math.Min(end, at);
        }

        return text[..end];
    }

    /// <summary>Counts the characters of a text, more of which follows, that cannot belong to one of the texts.</summary>
    public int Safe(string text)
    {
        for (var from = 0; from < text.Length; from++)
        {
            var rest = text.AsSpan(from);
            foreach (var stop in stops)
            {
                if (rest.StartsWith(stop, StringComparison.Ordinal) || stop.AsSpan().StartsWith(rest, StringComparison.Ordinal))
                {
                    return from;
                }
            }
        }

        return text.Length;
    }
}
