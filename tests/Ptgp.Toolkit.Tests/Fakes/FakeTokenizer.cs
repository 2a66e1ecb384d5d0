namespace Ptgp.Tests.Fakes;

/// <summary>Words between spaces are tokens; ids are given in the order of meeting. 0 is padding, 1 the end, 2 what the vocabulary lacks.</summary>
internal sealed class FakeTokenizer(params string[] languages) : ITokenizer
{
    private readonly List<string> entries = ["<pad>", "</s>", "<unk>", .. languages];

    public int Count => 1000;

    public int EndId => 1;

    public int PadId => 0;

    public int? UnknownId => 2;

    public IReadOnlyDictionary<string, int> Languages { get; } = languages.Select((language, i) => (language, i)).ToDictionary(pair => pair.language, pair => pair.i + 3);

    public LanguagePair? Pair { get; init; }

    /// <summary>Gets the options of the calls so far.</summary>
    public List<(string Text, EncodingOptions Options)> Encoded { get; } = [];

    public IReadOnlyList<Token> Tokenize(string text)
    {
        List<Token> tokens = [];
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf(' ', at);
            end = end < 0 ? text.Length : end;
            if (end > at)
            {
                tokens.Add(new(IdOf(text[at..end]), at, end - at));
            }

            at = end + 1;
        }

        return tokens;
    }

    public EncodedText Encode(string text, EncodingOptions? options = null)
    {
        options ??= new();
        lock (Encoded)
        {
            Encoded.Add((text, options));
        }

        List<Token> tokens = [.. Tokenize(text)];
        if (options is { AddSpecialTokens: true, Language: { } language })
        {
            tokens.Insert(0, new(Languages[language], 0, 0) { Sequence = -1 });
        }

        if (options.AddSpecialTokens)
        {
            tokens.Add(new(EndId, 0, 0) { Sequence = -1 });
        }

        var dropped = Math.Max(0, tokens.Count - options.MaxLength);
        tokens.RemoveRange(Math.Max(0, tokens.Count - 1 - dropped), Math.Min(dropped, tokens.Count - 1));
        return new(tokens, dropped);
    }

    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true) => string.Join(' ', ids.Where(id => !skipSpecialTokens || !IsSpecial(id)).Select(GetEntry));

    public string GetEntry(int id)
    {
        lock (entries)
        {
            return entries[id];
        }
    }

    public bool TryFind(string entry, out int id)
    {
        lock (entries)
        {
            id = entries.IndexOf(entry);
        }

        return id >= 0;
    }

    public bool IsSpecial(int id) => id < 3 + Languages.Count;

    private int IdOf(string word)
    {
        lock (entries)
        {
            if (!entries.Contains(word))
            {
                entries.Add(word);
            }

            return entries.IndexOf(word);
        }
    }
}
