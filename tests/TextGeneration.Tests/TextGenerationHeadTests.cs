namespace Ptgp.TextGeneration.Tests;

public sealed class TextGenerationHeadTests
{
    private const string Sentence = "Two dogs run in the snow while a man in an orange hat looks at something far away, and a cat sleeps near the window of the house.";
    private const string Long = $"{Sentence} {Sentence} {Sentence}";

    public static TheoryData<string, Prompt, string> Refused => new()
    {
        { "gpt2", new(), "An input must have either 'prompt' or 'messages', but has neither." },
        { "gpt2", new() { Text = "a", Messages = [new("user", "b")] }, "An input must have either 'prompt' or 'messages', but has both." },
        { "gpt2", new() { Text = "" }, "A prompt must hold text to go on from, but is empty." },
        { "t5-v1_0", new() { Text = " " }, "A prompt must hold text to go on from, but is empty." },
        { "gpt2", new() { Messages = [new("user", "a")] }, "'messages' can be answered where the checkpoint brings a chat template, but this one has none. Ask with 'prompt', or choose a checkpoint that was taught to chat." },
        { "qwen2", new() { Messages = [] }, "'messages' must hold at least one message, but holds none." },
        { "qwen2", new() { Messages = [new("user", "a"), new("usr", "b")] }, "The role of a message must be one of 'system', 'developer', 'user', 'assistant', 'tool', but that of message 2 is 'usr'." },
        { "qwen2", new() { Messages = [null!] }, "The role of a message must be one of 'system', 'developer', 'user', 'assistant', 'tool', but that of message 1 is missing." },
    };

    [Theory, MemberData(nameof(Refused))]
    public async Task WhatCannotBeAskedIsRefused(string fixture, Prompt prompt, string message)
    {
        using var host = new CheckpointHost(fixture);
        Assert.Equal(message, (await Assert.ThrowsAsync<FormatException>(() => host.AskAsync(prompt))).Message);
        Assert.Empty(host.Requests);
    }

    [Fact]
    public async Task WhatATemplateRefusesIsRefusedInItsWords()
    {
        using var host = new CheckpointHost("llama-rope-scaled");
        var message = (await Assert.ThrowsAsync<FormatException>(() => host.AskAsync(new() { Messages = [new("system", "Be brief.")] }))).Message;
        Assert.StartsWith("The chat template '", message, StringComparison.Ordinal);
        Assert.EndsWith("chat_template.jinja' does not take this conversation: line 6: There is no question.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void ATokenizerWithoutATemplateSaysSo()
    {
        using var host = new CheckpointHost("gpt2");
        Assert.False(host.Tokenizer.HasChatTemplate);
        var message = Assert.Throws<FormatException>(() => host.Tokenizer.EncodeChat([new("user", "a")])).Message;
        Assert.Equal("A conversation can be read where the checkpoint brings a chat template, but this one has none. Ask with a prompt, or choose a checkpoint that was taught to chat.", message);
    }

    [Fact]
    public async Task APromptThatLeavesNoRoomIsRefused()
    {
        using var host = new CheckpointHost("gpt2");
        var count = host.Tokenizer.Encode(Long).Tokens.Count;
        Assert.True(count > host.MaxLength);
        var fault = await Assert.ThrowsAsync<FormatException>(() => host.AskAsync(new() { Text = Long }));
        Assert.Equal($"A prompt must have at most 95 tokens, but this one has {count}. Shorten it, or set the task's option 'handleLongGeneration' to 'hole'.", fault.Message);
        host.Options = new() { MaxLength = 3 };
        fault = await Assert.ThrowsAsync<FormatException>(() => host.AskAsync(new() { Text = "Two dogs run" }));
        Assert.Equal("'maxLength' counts the prompt's tokens too, so it must be above 4, but is 3. Raise it, or give 'maxNewTokens' instead.", fault.Message);
    }

    [Fact]
    public async Task AHoleLeavesRoomForWhatIsWritten()
    {
        using var host = new CheckpointHost("gpt2", new() { HandleLongGeneration = LongPrompt.Hole }) { Options = new() { MaxNewTokens = 20 } };
        int[] ids = [.. host.Tokenizer.Encode(Long).Ids];
        var answer = await host.AskAsync(new() { Text = Long });
        Assert.Equal(ids.TakeLast(76).Select(id => (long)id), Assert.Single(host.Requests).Source!.Tokens);
        Assert.Equal(ids.Length - 76, answer.Truncated);
        Assert.StartsWith(Long, answer.Text, StringComparison.Ordinal);
        Assert.Null((await host.AskAsync(new() { Text = "Two dogs" })).Truncated);
        host.Options = new() { MaxNewTokens = 96 };
        var fault = await Assert.ThrowsAsync<FormatException>(() => host.AskAsync(new() { Text = Long }));
        Assert.Equal("There must be room for a prompt beside what is written, but 'maxNewTokens' is 96 and the backbone holds 96 tokens. Lower it.", fault.Message);
    }

    [Fact]
    public async Task ThePrefixIsReadAndNotGivenBack()
    {
        using var host = new CheckpointHost("gpt2", new() { Prefix = "A man. " }) { Options = new() { MaxNewTokens = 4 } };
        var answer = await host.AskAsync(new() { Text = "Two dogs" });
        Assert.StartsWith("Two dogs", answer.Text, StringComparison.Ordinal);
        Assert.Equal(host.Tokenizer.Encode("A man. Two dogs").Ids.Select(id => (long)id), Assert.Single(host.Requests).Source!.Tokens);
        Assert.True(answer.Unfinished);
    }

    [Theory]
    [InlineData("qwen2", "They run.<|im_end|>")]
    [InlineData("llama-rope-scaled", "They run.<|eot_id|>")]
    public void OfAConversationTheAnswerAloneIsLearnedWithWhatClosesIt(string fixture, string learned)
    {
        using var host = new CheckpointHost(fixture);
        Message[] messages = [new("user", "Two dogs?")];
        var part = Assert.Single(host.Head.Split(new() { Messages = messages, Continuation = "They run." }));
        Assert.Equal(host.Tokenizer.EncodeChat(messages), part.Source);
        var target = host.Head.EncodeTarget(part, new() { Text = "They run." })!;
        Assert.Equal(learned, host.Tokenizer.Decode(target.Labels.Select(id => (int)id), skipSpecialTokens: false));
    }

    [Fact]
    public void AnOpenMessageIsGoneOnWith()
    {
        using var host = new CheckpointHost("qwen2");
        var part = Assert.Single(host.Head.Split(new() { Messages = [new("user", "Two dogs?"), new("assistant", "They")], Continuation = " run." }));
        Assert.EndsWith("They", host.Tokenizer.Decode(part.Source), StringComparison.Ordinal);
        Assert.Equal(" run.<|im_end|>", host.Tokenizer.Decode(part.Target, skipSpecialTokens: false));
    }

    [Fact]
    public void OfAPromptTheCompletionAloneIsLearnedWithTheEnd()
    {
        using var host = new CheckpointHost("llama");
        var part = Assert.Single(host.Head.Split(new() { Text = "Two dogs", Continuation = " run." }));
        Assert.Equal(host.Tokenizer.Encode("Two dogs").Ids, part.Source);
        Assert.Equal(host.Tokenizer.EndId, part.Target[^1]);
        Assert.Equal("Two dogs run.", host.Tokenizer.Decode(part.Source.Concat(part.Target)));
    }

    [Fact]
    public void APromptKeepsItsEndBesideALongAnswer()
    {
        using var host = new CheckpointHost("gpt2", new() { Window = 32 });
        var parts = host.Head.Split(new() { Text = Long, Continuation = " " + Long });
        int[] prompt = [.. host.Tokenizer.Encode(Long).Ids];
        Assert.Equal(prompt[^16..], parts[0].Source);
        Assert.Equal([.. host.Tokenizer.Encode(" " + Long).Ids, host.Tokenizer.EndId], parts.SelectMany(part => part.Target));
        Assert.All(parts, part => Assert.InRange(part.Source.Count, 16, 32));
    }

    [Fact]
    public void ALongDocumentIsLearnedInPiecesEachTokenOnce()
    {
        using var host = new CheckpointHost("gpt2", new() { Window = 32 });
        int[] ids = [.. host.Tokenizer.Encode(Long).Ids];
        var parts = host.Head.Split(new() { Continuation = Long });
        Assert.Equal(ids[1..], parts.SelectMany(part => part.Target));
        Assert.Equal(ids[..1], parts[0].Source);
        Assert.All(parts, part => Assert.InRange(part.Source.Count + part.Target.Count, 2, 32));
    }
}
