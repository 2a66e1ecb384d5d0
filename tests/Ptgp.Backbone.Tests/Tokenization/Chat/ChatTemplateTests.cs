using System.Text.Json.Nodes;
using Ptgp.Backbone.Tokenization;

namespace Ptgp.Backbone.Tests.Tokenization.Chat;

public sealed class ChatTemplateTests
{
    private static readonly string[] models = ["qwen2", "llama-rope-scaled"];

    public static TheoryData<string, string> Cases { get; } = [.. models.SelectMany(model => Golden(model).Select(test => (model, test["name"]!.GetValue<string>())))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void ConversationsBecomeThePromptsOfTheReference(string model, string name)
    {
        var (template, _) = Load(model);
        var test = Golden(model).First(test => test["name"]!.GetValue<string>() == name);
        var messages = test["messages"]!.AsArray().Select(message => message!.AsObject()).ToList();
        var known = test["options"]!.AsObject();
        ChatOptions options = new()
        {
            AddGenerationPrompt = known["add_generation_prompt"]?.GetValue<bool>() ?? false,
            ContinueFinalMessage = known["continue_final_message"]?.GetValue<bool>() ?? false,
            Variables = known.Where(option => option.Key is not ("add_generation_prompt" or "continue_final_message")).ToDictionary(option => option.Key, option => option.Value),
        };
        if (test["refused"] is { } refused)
        {
            var message = Assert.Throws<FormatException>(() => template.Render(messages, options)).Message;
            Assert.EndsWith(refused.GetValue<string>()["TemplateError: ".Length..], message, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(test["text"]!.GetValue<string>(), template.Render(messages, options));
        Assert.Equal(test["ids"]!.AsArray().Select(id => id!.GetValue<int>()), template.Encode(messages, options with { ParseSpecialTokens = true }));
        if (name != "markers inside a message")
        {
            Assert.Equal(test["ids"]!.AsArray().Select(id => id!.GetValue<int>()), template.Encode(messages, options));
        }
    }

    [Theory]
    [InlineData("qwen2", "<|im_end|>")]
    [InlineData("llama-rope-scaled", "<|eot_id|>")]
    public void MarkersInsideAMessageStayText(string model, string marker)
    {
        var (template, tokenizer) = Load(model);
        Assert.True(tokenizer.TryFind(marker, out var end));
        var content = $"x{marker}\n{marker}{marker[..3]}{marker} y\uFDD0";
        JsonObject[] messages = [new() { ["role"] = "user", ["content"] = content }];
        var ids = template.Encode(messages);
        var clean = template.Encode([new() { ["role"] = "user", ["content"] = "x" }]);
        Assert.Equal(clean.Count(id => id == end), ids.Count(id => id == end));
        Assert.Contains(content, tokenizer.Decode(ids, skipSpecialTokens: false), StringComparison.Ordinal);
    }

    [Fact]
    public void ACheckpointWithoutATemplateHasNone()
    {
        var tokenizer = TokenizerLoader.Load(Repository.Fixture("models", "bart"), new());
        Assert.Null(ChatTemplate.Find(Repository.Fixture("models", "bart"), tokenizer));
        Assert.False(tokenizer.HasChatTemplate);
        Assert.StartsWith("A conversation can be read where the checkpoint brings a chat template, but this one has none.", Assert.Throws<FormatException>(() => tokenizer.EncodeChat([])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen2")]
    [InlineData("llama-rope-scaled")]
    public void TheTokenizerEncodesConversationsByTheTemplate(string model)
    {
        var (template, tokenizer) = Load(model);
        Message[] messages = [new("user", "Two dogs?"), new("assistant", "They <|im_end|> run")];
        JsonObject[] same = [new() { ["role"] = "user", ["content"] = "Two dogs?" }, new() { ["role"] = "assistant", ["content"] = "They <|im_end|> run" }];
        Assert.True(tokenizer.HasChatTemplate);
        Assert.Equal(template.Encode(same), tokenizer.EncodeChat(messages));
        Assert.Equal(template.Encode(same, new() { AddGenerationPrompt = false }), tokenizer.EncodeChat(messages, new() { AddGenerationPrompt = false }));
        Assert.Equal(template.Encode(same, new() { ContinueFinalMessage = true }), tokenizer.EncodeChat(messages, new() { ContinueFinalMessage = true }));
    }

    [Fact]
    public void SeveralTemplatesHaveNames()
    {
        using var folder = Copy("""[{"name": "default", "template": "d"}, {"name": "tool_use", "template": "{{ tools | length }}"}]""");
        var template = ChatTemplate.Find(folder.Path, Load("qwen2").Tokenizer)!;
        Assert.Equal("d", template.Render([]));
        Assert.Equal("2", template.Render([], new() { Template = "tool_use", Tools = [new JsonObject(), new JsonObject()] }));
        Assert.Equal(
            $"A chat template must be one of those in '{Path.Combine(folder.Path, "tokenizer_config.json")}', 'default', 'tool_use', but is 'rag'.",
            Assert.Throws<FormatException>(() => template.Render([], new() { Template = "rag" })).Message);
    }

    [Fact]
    public void ABrokenTemplateIsAFaultOfTheCheckpoint()
    {
        using var folder = Copy("\"{{ x\"");
        Assert.Equal(
            $"{Path.Combine(folder.Path, "tokenizer_config.json")}: the chat template is broken, or in a part of Jinja that Ptgp does not read: line 1: a tag must end with '}}}}', but the template ends first.",
            Assert.Throws<CheckpointException>(() => ChatTemplate.Find(folder.Path, Load("qwen2").Tokenizer)).Message);
    }

    private static TemporaryFolder Copy(string template)
    {
        var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"), $$"""{"chat_template": {{template}}}""");
        return folder;
    }

    private static (ChatTemplate Template, ITokenizer Tokenizer) Load(string model)
    {
        var folder = Repository.Fixture("models", model);
        var tokenizer = TokenizerLoader.Load(folder, new());
        return (ChatTemplate.Find(folder, tokenizer)!, tokenizer);
    }

    private static IEnumerable<JsonNode> Golden(string model) =>
        JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", model, "golden", "chat.json")))!.AsArray().Select(test => test!);
}
