using System.Globalization;
using System.Text;

namespace Ptgp.Testing;

/// <summary>A tokenizer without files: a token for each byte of UTF-8, after the pad and the end token; or, as Whisper has it, before the end token and marks.</summary>
internal sealed class ByteTokenizer : ITokenizer
{
    private const int Bytes = 256;

    private readonly string[] before, after;

    /// <summary>Makes a tokenizer.</summary>
    /// <param name="steps">How many steps of 20 ms its time marks make; 0 for no marks.</param>
    public ByteTokenizer(int steps = 0)
    {
        before = steps == 0 ? ["<pad>", "<end>"] : [];
        after = steps == 0 ? [] : [.. Marks(steps)];
        (PadId, EndId) = steps == 0 ? (0, 1) : (Bytes, Bytes);
        Languages = after.Where(entry => entry is "<|en|>" or "<|de|>").ToDictionary(entry => entry, entry => Find(entry));
    }

    public int Count => before.Length + Bytes + after.Length;

    public int PadId { get; }

    public int EndId { get; }

    public int? UnknownId => null;

    public IReadOnlyDictionary<string, int> Languages { get; }

    private int First => before.Length;

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
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => Encoding.UTF8.GetString([.. ids.Where(id => id >= First && id < First + Bytes).Select(id => (byte)(id - First))]);

    public string GetEntry(int id) => id < 0 || id >= Count ? throw new ArgumentOutOfRangeException(nameof(id), id, $"An id must be below {Count}.")
        : id < First ? before[id]
        : id < First + Bytes ? $"<0x{id - First:X2}>"
        : after[id - First - Bytes];

    public bool TryFind(string entry, out int id)
    {
        id = Find(entry);
        return id >= 0;
    }

    public bool IsSpecial(int id) => id < First || id >= First + Bytes;

    private static IEnumerable<string> Marks(int steps) =>
    [
        "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
        .. Enumerable.Range(0, steps + 1).Select(step => string.Create(CultureInfo.InvariantCulture, $"<|{step / 50.0:0.00}|>")),
    ];

    private int Find(string entry) => Enumerable.Range(0, Count).FirstOrDefault(candidate => GetEntry(candidate) == entry, -1);
}
