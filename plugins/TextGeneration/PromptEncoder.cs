namespace Ptgp.TextGeneration;

/// <summary>Turns prompts and conversations into token ids.</summary>
internal sealed class PromptEncoder
{
    private const string Assistant = "assistant";
    private static readonly string[] roles = ["system", "developer", "user", Assistant, "tool"];

    private readonly ITokenizer tokenizer;
    private readonly string prefix;
    private readonly int[] lead = [], tail = [];

    public PromptEncoder(IBackbone backbone, string prefix)
    {
        (tokenizer, this.prefix) = (backbone.Tokenizer, prefix);
        WritesOn = !backbone.Description.Features.HasFlag(BackboneFeatures.SeesBothSides);
        if (!WritesOn)
        {
            var framed = tokenizer.Encode("a").Tokens;
            lead = [.. framed.TakeWhile(token => token.Sequence < 0).Select(token => token.Id)];
            tail = [.. framed.Skip(lead.Length).Where(token => token.Sequence < 0).Select(token => token.Id)];
            tail = Frame > 0 ? tail : [tokenizer.EndId];
        }
    }

    /// <summary>Gets whether the backbone writes on from what it reads; else an encoder reads it.</summary>
    public bool WritesOn { get; }

    /// <summary>Gets how many tokens an encoder is given around what it reads.</summary>
    public int Frame => lead.Length + tail.Length;

    /// <summary>Puts around what is read what an encoder expects.</summary>
    public IReadOnlyList<int> Framed(IEnumerable<int> ids) => [.. lead, .. ids, .. tail];

    /// <summary>Tells whether a conversation ends with words of the assistant's, which are gone on with.</summary>
    public static bool IsOpen(IReadOnlyList<Message> messages) => messages[^1].Role == Assistant;

    /// <summary>Adds an answer to a conversation, or to its last message where that is open.</summary>
    public static IReadOnlyList<Message> With(IReadOnlyList<Message> messages, string answer) => IsOpen(messages)
        ? [.. messages.SkipLast(1), messages[^1] with { Content = messages[^1].Content + answer }]
        : [.. messages, new(Assistant, answer)];

    /// <summary>Encodes a prompt, and its continuation behind it; a prompt's continuation is followed by the end.</summary>
    /// <exception cref="FormatException">There is nothing to go on from, or the checkpoint's template does not take the conversation.</exception>
    public Sequence Encode(Prompt input) => input switch
    {
        { Messages: { } messages, Text: null } => OfChat(messages, input.Continuation),
        { Messages: null, Text: { Length: > 0 } text } => OfText(prefix + text, input.Continuation),
        { Messages: null, Continuation: { } document } => OfText("", document),
        { Messages: null, Text: not null } => throw Nothing(),
        _ => throw new FormatException($"An input must have either 'prompt' or 'messages', but has {(input.Messages is null ? "neither" : "both")}."),
    };

    private Sequence OfText(string text, string? continuation)
    {
        if (!WritesOn)
        {
            int[] read = [.. tokenizer.Tokenize(text).Select(token => token.Id)];
            return read.Length == 0 && continuation is null ? throw Nothing() : Before(read, continuation);
        }

        var tokens = tokenizer.Encode(text + continuation).Tokens;
        if (continuation is null)
        {
            return tokens.All(token => token.Sequence < 0) ? throw Nothing() : new([.. tokens.Select(token => token.Id)], tokens.Count);
        }

        // Cut together, as a text is that was written at once; what stands on both sides of the border follows.
        var ids = tokens.Take(tokens.Count - tokens.Reverse().TakeWhile(token => token.Sequence < 0).Count()).Select(token => token.Id);
        var first = tokens.TakeWhile(token => token.Sequence < 0 || token.Start + token.Length <= text.Length).Count();
        // The first token of a document follows nothing, unless the family starts texts with a token of its own.
        return text.Length > 0 ? new([.. ids, tokenizer.EndId], first) : new([.. ids], Math.Max(first, 1));
    }

    private Sequence OfChat(IReadOnlyList<Message> messages, string? continuation)
    {
        Check(messages);
        var read = tokenizer.EncodeChat(messages, IsOpen(messages) ? new() { ContinueFinalMessage = true } : new());
        if (continuation is null)
        {
            return new(read, read.Count);
        }

        if (!WritesOn)
        {
            return Before(read, continuation);
        }

        // Whatever the template closes an answer with is learned with it.
        var whole = tokenizer.EncodeChat(With(messages, continuation), new() { AddGenerationPrompt = false });
        return new(whole, whole.Zip(read).TakeWhile(pair => pair.First == pair.Second).Count());
    }

    private Sequence Before(IReadOnlyList<int> read, string? continuation) =>
        new([.. read, .. continuation is null ? [] : tokenizer.Encode(continuation, new() { IsTarget = true }).Ids], read.Count);

    private void Check(IReadOnlyList<Message> messages)
    {
        if (messages.Count == 0)
        {
            throw new FormatException("'messages' must hold at least one message, but holds none.");
        }

        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i] is not { } message || !roles.Contains(message.Role))
            {
                throw new FormatException($"The role of a message must be one of {string.Join(", ", roles.Select(role => $"'{role}'"))}, but that of message {i + 1} is {(messages[i] is { } other ? $"'{other.Role}'" : "missing")}.");
            }
        }

        if (!tokenizer.HasChatTemplate)
        {
            throw new FormatException("'messages' can be answered where the checkpoint brings a chat template, but this one has none. Ask with 'prompt', or choose a checkpoint that was taught to chat.");
        }
    }

    private static FormatException Nothing() => new("A prompt must hold text to go on from, but is empty.");
}
