using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>The bytes that each token writes, of byte-level and of SentencePiece vocabularies.</summary>
internal sealed class VocabularyBytes
{
    private readonly HashSet<string> texts = [];
    private readonly Dictionary<int, byte[]> byId;
    private readonly bool isComplete;

    /// <summary>Reads a vocabulary.</summary>
    public VocabularyBytes(ITokenizer tokenizer)
    {
        // Byte-level vocabularies show a blank as 'Ġ' and a line break as 'Ċ'; SentencePiece shows a blank as '▁', and bytes that no piece has as '<0x0A>'.
        IsByteLevel = tokenizer.TryFind("Ġ", out _) && tokenizer.TryFind("Ċ", out _);
        // Some, such as mT5's, list those pieces but write them as they are shown.
        var joinsBytes = tokenizer.TryFind("<0x41>", out var byteOfA) && tokenizer.Decode([byteOfA]) == "A";
        List<(byte[] Bytes, int Id)> tokens = [];
        for (var id = 0; id < tokenizer.Count; id++)
        {
            if (tokenizer.IsSpecial(id) || id == tokenizer.UnknownId || EntryOf(tokenizer, id) is not { } entry)
            {
                continue;
            }

            var bytes = IsByteLevel ? OfByteLevel(entry) : OfPiece(entry, joinsBytes);
            if (bytes.Length > 0)
            {
                tokens.Add((bytes, id));
                texts.Add(Encoding.Latin1.GetString(bytes));
            }
        }

        tokens.Sort((first, second) => first.Bytes.AsSpan().SequenceCompareTo(second.Bytes));
        // Where bytes are missing, half a character might never be finished: then whole ones are written alone.
        isComplete = Enumerable.Range(0x80, 0x80).All(one => texts.Contains(((char)one).ToString()) || one is 0xC0 or 0xC1 or > 0xF4);
        Tokens = isComplete ? tokens : [.. tokens.Where(token => Utf8.IsValid(token.Bytes))];
        byId = Tokens.ToDictionary(token => token.Id, token => token.Bytes);
    }

    /// <summary>Gets whether tokens are made of bytes, and not of SentencePiece's characters.</summary>
    public bool IsByteLevel { get; }

    /// <summary>Gets the tokens, special ones left out, in the order of their bytes.</summary>
    public IReadOnlyList<(byte[] Bytes, int Id)> Tokens { get; }

    /// <summary>Gets what a token writes; nothing where it is not among <see cref="Tokens"/>.</summary>
    public ReadOnlySpan<byte> BytesOf(int id) => byId.GetValueOrDefault(id);

    /// <summary>Tells whether a character can be written by itself, so that whatever holds it can be written to its end.</summary>
    public bool Writes(Rune character) =>
        texts.Contains(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(character.ToString()))) || (isComplete && !character.IsAscii);

    // Ids may have gaps.
    private static string? EntryOf(ITokenizer tokenizer, int id)
    {
        try
        {
            return tokenizer.GetEntry(id);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static byte[] OfPiece(string entry, bool joinsBytes) =>
        joinsBytes && entry.Length == 6 && entry.StartsWith("<0x", StringComparison.Ordinal) && entry[5] == '>' && byte.TryParse(entry.AsSpan(3, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var one)
            ? [one]
            : Encoding.UTF8.GetBytes(entry.Replace('▁', ' '));

    // Bytes that are no visible character of Latin-1 are shown as the characters from U+0100 on, in order (Radford et al. 2019).
    private static byte[] OfByteLevel(string entry)
    {
        List<byte> bytes = [];
        foreach (var shown in entry.EnumerateRunes())
        {
            var one = IsVisible(shown.Value) ? shown.Value : Hidden.IndexOf(shown.Value - 0x100);
            bytes.AddRange(one >= 0 ? [(byte)one] : Encoding.UTF8.GetBytes(shown.ToString()));
        }

        return [.. bytes];
    }

    private static bool IsVisible(int one) => one is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    private static class Hidden
    {
        private static readonly int[] bytes = [.. Enumerable.Range(0, 256).Where(one => !IsVisible(one))];

        public static int IndexOf(int order) => order >= 0 && order < bytes.Length ? bytes[order] : -1;
    }
}
