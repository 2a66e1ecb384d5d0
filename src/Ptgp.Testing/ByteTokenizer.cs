using System.Text;

namespace Ptgp.Testing;

/// <summary>A tokenizer without files: a token for each byte of UTF-8, after the pad and the end token.</summary>
internal sealed class ByteTokenizer : ITokenizer
{
    private const int First = 2;

    public int Count => First + 256;

    public int PadId => 0;

    public int EndId => 1;

    public int? UnknownId => null;

    public IReadOnlyDictionary<string, int> Languages { get; } = new Dictionary<string, int>();

    public IReadOnlyList<Token> Tokenize(string text)
    {
        List<Token> tokens = [];
        var (at, word) = (0, -1);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            word += at == 0 || (char.IsWhiteSpace(text[at - 1]) && !Rune.IsWhiteSpace(rune)) ? 1 : 0;
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                tokens.Add(new(First + value, at, rune.Utf16SequenceLength) { Word = Math.Max(word, 0) });
            }

            at += rune.Utf16SequenceLength;
        }

        return tokens;
    }

    public EncodedText Encode(string text, EncodingOptions? options = null)
    {
        options ??= new();
        var special = options.AddSpecialTokens ? options.Pair is null ? 1 : 2 : 0;
        var (first, second) = (Tokenize(text), options.Pair is null ? [] : Tokenize(options.Pair));
        var room = Math.Max(0, options.MaxLength - special);
        var dropped = Math.Max(0, first.Count + second.Count - room);
        second = [.. second.Take(Math.Max(0, second.Count - dropped)).Select(token => token with { Sequence = 1, Segment = 1 })];
        first = [.. first.Take(room - second.Count)];
        IEnumerable<Token> end = special > 0 ? [new(EndId, 0, 0) { Sequence = -1, Word = -1 }] : [];
        return new([.. first, .. options.Pair is null ? [] : end, .. second, .. end], dropped);
    }

    // A byte that is no whole character becomes U+FFFD, as everywhere.
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => Encoding.UTF8.GetString([.. ids.Where(id => id >= First).Select(id => (byte)(id - First))]);

    public string GetEntry(int id) => id switch
    {
        0 => "<pad>",
        1 => "<end>",
        >= First when id < Count => $"<0x{id - First:X2}>",
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, $"An id must be below {Count}."),
    };

    public bool TryFind(string entry, out int id)
    {
        id = Enumerable.Range(0, Count).FirstOrDefault(candidate => GetEntry(candidate) == entry, -1);
        return id >= 0;
    }

    public bool IsSpecial(int id) => id < First;
}
