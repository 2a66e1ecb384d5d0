using System.Text;

using Ptgp.Backbone.Tokenization.Decoding;

namespace Ptgp.Backbone.Tokenization;

/// <summary>
/// Decodes one sequence as its ids are written. What <see cref="Add"/> and <see cref="Flush"/> give, put together, is what decoding
/// the whole gives; no call gives a part of a character. Text that a later token may change is held back.
/// </summary>
/// <remarks>For one thread at a time.</remarks>
public sealed class StreamingDecoder
{
    private readonly ITokenizer tokenizer;
    private readonly bool skipsSpecial;
    private readonly TextDecoding? decoding;
    private readonly List<int> ids = [];
    private readonly StringBuilder given = new();

    /// <summary>Begins a sequence.</summary>
    /// <param name="tokenizer">The tokenizer. One that was not made by <see cref="TokenizerLoader"/> must not change text that it has given when ids follow, but for a last U+FFFD.</param>
    /// <param name="skipSpecialTokens">Whether special tokens are left out.</param>
    public StreamingDecoder(ITokenizer tokenizer, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        this.tokenizer = tokenizer;
        skipsSpecial = skipSpecialTokens;
        decoding = (tokenizer as TextTokenizer)?.Begin(skipSpecialTokens);
    }

    /// <summary>Takes the next id, and gives the text that is certain now; it may be empty.</summary>
    public string Add(int id)
    {
        if (decoding is not null)
        {
            decoding.Add(id);
            return decoding.Take();
        }

        ids.Add(id);
        return Rest(isWhole: false);
    }

    /// <summary>Ends the sequence, and gives the text that was held back. Nothing may be added afterwards.</summary>
    public string Flush()
    {
        if (decoding is not null)
        {
            decoding.Complete();
            return decoding.Take();
        }

        return Rest(isWhole: true);
    }

    private string Rest(bool isWhole)
    {
        var text = tokenizer.Decode(ids, skipsSpecial);
        if (!isWhole && (text.EndsWith('\uFFFD') || (text.Length > 0 && char.IsHighSurrogate(text[^1]))))
        {
            return "";
        }

        var rest = text.Length > given.Length ? text[given.Length..] : "";
        given.Append(rest);
        return rest;
    }
}
