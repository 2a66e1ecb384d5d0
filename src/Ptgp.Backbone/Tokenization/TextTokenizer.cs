using System.Text.Json.Nodes;
using Ptgp.Backbone.Tokenization.Decoding;
using Ptgp.Backbone.Tokenization.Models;

namespace Ptgp.Backbone.Tokenization;

/// <summary>A tokenizer put together from its parts: sides that cut text, a template around it, stages that join tokens again.</summary>
internal sealed class TextTokenizer : ITokenizer
{
    private readonly TextSide source;
    private readonly TextSide target;
    private readonly Dictionary<int, AddedToken> added;
    private readonly HashSet<int> special;
    private readonly string[] markers;
    private readonly Func<bool, IReadOnlyList<DecodingStage>> stages;

    /// <summary>Puts a tokenizer together.</summary>
    /// <param name="source">What cuts the text that the backbone reads.</param>
    /// <param name="target">What cuts the text that it writes; the same object where there is one vocabulary.</param>
    /// <param name="added">The tokens added to the vocabulary, special ones among them.</param>
    /// <param name="stages">Makes the stages of a sequence to decode, given whether special tokens are left out.</param>
    public TextTokenizer(TextSide source, TextSide target, IEnumerable<AddedToken> added, Func<bool, IReadOnlyList<DecodingStage>> stages)
    {
        this.source = source;
        this.target = target;
        this.stages = stages;
        this.added = [];
        foreach (var token in added)
        {
            this.added[token.Id] = token;
        }

        markers = [.. this.added.Values.Where(token => token.IsSpecial && token.Content.Length > 1).Select(token => token.Content).OrderByDescending(content => content.Length)];
        special = [.. this.added.Values.Where(token => token.IsSpecial).Select(token => token.Id)];
        Count = Math.Max(Math.Max(source.Vocabulary.Count, target.Vocabulary.Count), this.added.Keys.DefaultIfEmpty(-1).Max() + 1);
        Languages = LanguageTags.Find(source.Vocabulary, this.added.Values);
    }

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public required int EndId { get; init; }

    /// <inheritdoc/>
    public required int PadId { get; init; }

    /// <inheritdoc/>
    public int? UnknownId => source.UnknownId;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Languages { get; set; }

    /// <inheritdoc/>
    public LanguagePair? Pair { get; set; }

    /// <summary>Gets or sets how conversations are written. It is read when it is first asked for, so that a broken one is no fault of those who do not chat.</summary>
    public Lazy<ChatTemplate?>? Chat { get; set; }

    /// <inheritdoc/>
    public bool HasChatTemplate => Chat?.Value is not null;

    /// <summary>Gets what cuts the words of the text that the backbone reads.</summary>
    public TokenModel Model => source.Model;

    /// <summary>Gets the language that replaces the template's on the target side when the caller names none; null for the template's own.</summary>
    public string? TargetLanguage { get; init; }

    /// <summary>Gets from which id on added tokens stand apart when joined; the model's own entries end there.</summary>
    public int ModelCount { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    public IReadOnlyList<Token> Tokenize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<Token>();
        source.Tokenize(text, 0, withSpecial: false, tokens);
        return tokens;
    }

    /// <inheritdoc/>
    public EncodedText Encode(string text, EncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new();
        if (options.Language is { } language)
        {
            options = options with
            {
                Language = LanguageTags.Match(Languages, language) ?? throw new ArgumentException(
                    $"The language must be one of the tokenizer's {Languages.Count}, but is '{language}'. {(LanguageTags.Nearest(Languages, language) is { } near ? $"The nearest is '{near}'." : "Leave it out.")}", nameof(options)),
            };
        }

        var side = options.IsTarget ? target : source;
        var first = Cut(side, text, options);
        var second = options.Pair is { } pair ? Cut(side, pair, options with { Language = null }) : null;
        var template = !options.AddSpecialTokens ? Template.Plain : InLanguage(side.Template, options);
        return Fill(second is null ? template.Single : template.Pair, side, [first, second ?? []], options);
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> EncodeChat(IReadOnlyList<Message> messages, ChatEncodingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        options ??= new();
        var template = Chat?.Value ?? throw new FormatException(
            "A conversation can be read where the checkpoint brings a chat template, but this one has none. Ask with a prompt, or choose a checkpoint that was taught to chat.");
        return template.Encode(
            [.. messages.Select(message => new JsonObject { ["role"] = message.Role, ["content"] = message.Content })],
            new() { AddGenerationPrompt = options.AddGenerationPrompt, ContinueFinalMessage = options.ContinueFinalMessage });
    }

    /// <summary>Encodes text whose markers of special tokens become those tokens, and no others.</summary>
    /// <param name="text">The text.</param>
    /// <param name="guard">A character that <see cref="BreakMarkers"/> put into it, and which is no part of it; null when there is none.</param>
    internal IReadOnlyList<int> EncodeMarked(string text, char? guard)
    {
        List<Token> tokens = [];
        source.Tokenize(text, 0, withSpecial: true, tokens, guard);
        return [.. tokens.Select(token => token.Id)];
    }

    /// <summary>Puts a character into each marker of a special token, so that it is not read as one.</summary>
    internal string BreakMarkers(string text, char guard)
    {
        foreach (var marker in markers)
        {
            text = text.Replace(marker, marker.Insert(char.IsHighSurrogate(marker[0]) ? 2 : 1, guard.ToString()), StringComparison.Ordinal);
        }

        return text;
    }

    /// <inheritdoc/>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var decoding = Begin(skipSpecialTokens);
        foreach (var id in ids)
        {
            decoding.Add(id);
        }

        decoding.Complete();
        return decoding.Take();
    }

    /// <inheritdoc/>
    public string GetEntry(int id) => GetEntry(id, isTarget: true);

    /// <inheritdoc/>
    public bool TryFind(string entry, out int id)
    {
        ArgumentNullException.ThrowIfNull(entry);
        id = target.Vocabulary.Find(entry);
        id = id < 0 ? source.Vocabulary.Find(entry) : id;
        return id >= 0;
    }

    /// <inheritdoc/>
    public bool IsSpecial(int id) => special.Contains(id) || ((id == EndId || id == PadId) && Describe(id) is null);

    /// <summary>Gets the entry of an id in the vocabulary of one side.</summary>
    internal string GetEntry(int id, bool isTarget)
        => added.GetValueOrDefault(id)?.Content ?? (isTarget ? target : source).Vocabulary.Find(id)
            ?? throw new ArgumentOutOfRangeException(nameof(id), id, $"An id must be one of the vocabulary's {Count}, but is {id}.");

    /// <summary>Begins to decode a sequence.</summary>
    internal TextDecoding Begin(bool skipsSpecial) => new(this, stages(skipsSpecial), skipsSpecial);

    /// <summary>Says what an id is to a decoder; null when it is outside the vocabulary.</summary>
    internal (string Entry, TokenKind Kind)? Describe(int id)
    {
        if (!added.TryGetValue(id, out var token))
        {
            return target.Vocabulary.Find(id) is { } entry ? (entry, TokenKind.Ordinary) : null;
        }

        return (token.Content, token.IsSpecial && id < ModelCount ? TokenKind.Special : TokenKind.Added);
    }

    private List<Token> Cut(TextSide side, string text, EncodingOptions options)
    {
        var tokens = new List<Token>();
        var start = 0;
        if (side.TagsLanguage)
        {
            start = LanguageTags.Prefix(text);
            var tag = start > 0 ? text[..start] : options.Language;
            if (tag is not null)
            {
                tokens.Add(new(Languages.TryGetValue(tag, out var id) ? id : side.UnknownId ?? 0, 0, start) { Word = 0 });
            }
        }

        side.Tokenize(text, start, options.ParseSpecialTokens, tokens);
        return tokens;
    }

    /// <summary>Puts the wanted language in the place of the one that the template names.</summary>
    private Template InLanguage(Template template, EncodingOptions options)
    {
        var wanted = options.Language ?? (options.IsTarget ? TargetLanguage : null);
        if (wanted is null || !Languages.TryGetValue(wanted, out var id))
        {
            return template;
        }

        var named = template.Single.FirstOrDefault(part => part.Id is { } known && Languages.Values.Contains(known)).Id;
        return named is { } other ? template.Replace(other, id) : template;
    }

    private static EncodedText Fill(IReadOnlyList<TemplatePart> parts, TextSide side, List<Token>[] texts, EncodingOptions options)
    {
        var dropped = texts[0].Count + texts[1].Count + parts.Count(part => part.Id is not null) - Math.Max(0, options.MaxLength);
        dropped = Math.Max(0, dropped);
        for (var (sequence, excess) = (1, dropped); sequence >= 0 && excess > 0; sequence--)
        {
            var cut = Math.Min(excess, texts[sequence].Count);
            texts[sequence].RemoveRange(texts[sequence].Count - cut, cut);
            excess -= cut;
        }

        var tokens = new List<Token>(texts[0].Count + texts[1].Count + parts.Count);
        foreach (var part in parts)
        {
            if (part.Id is { } id)
            {
                if (!(side.EndsOnceWith == id && tokens.Count > 0 && tokens[^1].Id == id))
                {
                    tokens.Add(new(id, 0, 0) { Sequence = -1, Segment = part.Segment, Word = -1 });
                }

                continue;
            }

            foreach (var token in texts[part.Sequence])
            {
                tokens.Add(token with { Sequence = part.Sequence, Segment = part.Segment });
            }
        }

        if (tokens.Count > options.MaxLength)
        {
            tokens.RemoveRange(Math.Max(0, options.MaxLength), tokens.Count - Math.Max(0, options.MaxLength));
        }

        return new(tokens, dropped);
    }
}
