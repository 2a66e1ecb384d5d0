namespace Ptgp;

/// <summary>Splits text into the backbone's vocabulary and joins it again. Safe to use from many threads.</summary>
public interface ITokenizer
{
    /// <summary>Gets how many ids there are, special tokens included.</summary>
    int Count { get; }

    /// <summary>Gets the id that ends a sequence.</summary>
    int EndId { get; }

    /// <summary>Gets the id that fills up a batch.</summary>
    int PadId { get; }

    /// <summary>Gets the id of what the vocabulary lacks; null when it lacks nothing.</summary>
    int? UnknownId { get; }

    /// <summary>Gets the entries that name languages, such as <c>deu_Latn</c> or <c>&gt;&gt;fra&lt;&lt;</c>, and their ids; empty when there are none.</summary>
    IReadOnlyDictionary<string, int> Languages { get; }

    /// <summary>Gets the pair of languages that the checkpoint says it translates between; null when it names none.</summary>
    LanguagePair? Pair => null;

    /// <summary>Splits plain text into tokens, without special tokens; markers of special tokens inside it are plain text.</summary>
    IReadOnlyList<Token> Tokenize(string text);

    /// <summary>Encodes text as the backbone reads it, with the special tokens of its family.</summary>
    EncodedText Encode(string text, EncodingOptions? options = null);

    /// <summary>Gets whether the checkpoint says, by a chat template, how it was taught to read conversations.</summary>
    bool HasChatTemplate => false;

    /// <summary>Encodes a conversation by the checkpoint's chat template, special tokens included; markers of special tokens inside a message are plain text.</summary>
    /// <param name="messages">The messages, in order.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <exception cref="FormatException">There is no template, or it refuses the conversation; the message is for whoever asked.</exception>
    IReadOnlyList<int> EncodeChat(IReadOnlyList<Message> messages, ChatEncodingOptions? options = null) =>
        throw new FormatException("A conversation can be read where the checkpoint brings a chat template, but this one has none. Ask with a prompt, or choose a checkpoint that was taught to chat.");

    /// <summary>Joins token ids into text, leaving out special tokens unless asked otherwise.</summary>
    string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true);

    /// <summary>Gets the vocabulary's entry of an id, such as <c>▁man</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such id.</exception>
    string GetEntry(int id);

    /// <summary>Finds the id of a vocabulary entry, such as a language tag.</summary>
    bool TryFind(string entry, out int id);

    /// <summary>Tells whether an id is a special token, which plain text never becomes.</summary>
    bool IsSpecial(int id);
}

/// <summary>How text is encoded.</summary>
public sealed record EncodingOptions
{
    /// <summary>Gets the second text of a pair, such as the context of a question; null when there is one text only.</summary>
    public string? Pair { get; init; }

    /// <summary>Gets whether the text is what the backbone writes rather than what it reads; some families have two vocabularies.</summary>
    public bool IsTarget { get; init; }

    /// <summary>Gets the language of the text, one of <see cref="ITokenizer.Languages"/>; null for the tokenizer's own default.</summary>
    public string? Language { get; init; }

    /// <summary>Gets whether special tokens are added.</summary>
    /// <value>The default is true.</value>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Gets whether markers of special tokens inside the text, such as <c>&lt;extra_id_0&gt;</c>, become those tokens. Leave it off for text that a stranger wrote.</summary>
    public bool ParseSpecialTokens { get; init; }

    /// <summary>Gets the most tokens to keep, special ones included; the end of the last text is cut first.</summary>
    public int MaxLength { get; init; } = int.MaxValue;
}

/// <summary>An encoded text.</summary>
/// <param name="Tokens">The tokens, special ones included.</param>
/// <param name="Dropped">How many tokens did not fit.</param>
public sealed record EncodedText(IReadOnlyList<Token> Tokens, int Dropped = 0)
{
    /// <summary>Gets the ids alone.</summary>
    public IEnumerable<int> Ids => Tokens.Select(token => token.Id);
}

/// <summary>A token and the characters it covers.</summary>
/// <param name="Id">The id in the vocabulary.</param>
/// <param name="Start">Where it starts in its text, in UTF-16 code units.</param>
/// <param name="Length">How many UTF-16 code units it covers; 0 for a special token.</param>
public readonly record struct Token(int Id, int Start, int Length)
{
    /// <summary>Gets which text it comes from: 0 the first, 1 the second of a pair, -1 for special tokens that were added.</summary>
    public int Sequence { get; init; }

    /// <summary>Gets the segment that the family gives it: 0, or 1 from the second text of a pair on.</summary>
    public int Segment { get; init; }

    /// <summary>Gets the number of the word it belongs to, counted from the start of its text; -1 for special tokens.</summary>
    public int Word { get; init; }
}
