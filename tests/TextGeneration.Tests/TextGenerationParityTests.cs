using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Backbone.Tests.Generation;

namespace Ptgp.TextGeneration.Tests;

/// <summary>Texts in, texts out, against the reference's <c>generate</c> and its chat templates.</summary>
public sealed class TextGenerationParityTests
{
    // What the reference's answer takes from the padding of a batch, and what the engine's own tests look at, is left out.
    private static readonly string[] compared =
        ["max_new_tokens", "do_sample", "num_beams", "num_return_sequences", "early_stopping", "length_penalty", "min_new_tokens", "suppress_tokens", "bad_words_ids", "repetition_penalty"];

    // With an encoder nothing that is written stands beside padding.
    private static readonly string[] besideAnEncoder = ["max_length", "min_length", "no_repeat_ngram_size", "forced_bos_token_id", "forced_eos_token_id"];

    public static TheoryData<string, string> Cases { get; } =
    [
        .. from fixture in new[] { "gpt2", "llama", "qwen2", "mistral", "t5-v1_0", "bart" }
           from golden in Golden(fixture)
           where Texts(golden).Length > 0 && golden["inputs"]!["decoder_input_ids"] is null
           let asked = golden["options"]!.AsObject()
           where asked.All(option => compared.Contains(option.Key) || (fixture is "t5-v1_0" or "bart" && besideAnEncoder.Contains(option.Key))) && GoldenCase.All(fixture).First(each => each.Name == (string)golden["name"]!).Options(fixture).RepetitionPenalty is null or 1
           select new TheoryDataRow<string, string>(fixture, (string)golden["name"]!),
    ];

    [Theory, MemberData(nameof(Cases))]
    public async Task TextsAreTheReferences(string fixture, string name)
    {
        var (golden, read) = (Golden(fixture).First(each => (string)each["name"]! == name), GoldenCase.All(fixture).First(each => each.Name == name));
        using var host = new CheckpointHost(fixture) { Options = read.Options(fixture), IsWatched = true };
        var texts = Texts(golden);
        var isFull = !host.Description.Features.HasFlag(BackboneFeatures.SeesBothSides);
        var perText = read.Sequences.Length / texts.Length;
        for (var i = 0; i < texts.Length; i++)
        {
            host.Reports.Clear();
            var answer = await host.AskAsync(new() { Text = texts[i] });
            string[] expected = [.. read.Sequences.Skip(i * perText).Take(perText).Select(ids => host.Tokenizer.Decode(ids))];
            Assert.Equal(isFull ? texts[i] : "", isFull ? expected[0][..texts[i].Length] : "");
            Assert.Equal(expected[0], answer.Text);
            Assert.Equal(perText > 1 ? expected : null, answer.Hypotheses?.Select(one => one.Text));
            Assert.All(read.Scores.Skip(i * perText).Take(1), score => Assert.Equal(score, answer.Score!.Value, 1e-4));
            Assert.All(host.Reports, soFar => Assert.StartsWith(soFar.Text, answer.Text, StringComparison.Ordinal));
            Assert.Equal(answer.Text, host.Reports.LastOrDefault()?.Text ?? (isFull ? texts[i] : ""));
        }
    }

    [Theory]
    [InlineData("llama")]
    [InlineData("t5-v1_0")]
    public async Task ThePromptStandsBeforeTheTextWhereItIsAskedFor(string fixture)
    {
        using var host = new CheckpointHost(fixture) { Options = new() { MaxNewTokens = 8 } };
        var (full, alone) = (await host.AskAsync(new() { Text = "Two dogs", ReturnFullText = true }), await host.AskAsync(new() { Text = "Two dogs", ReturnFullText = false }));
        Assert.NotEqual("", alone.Text);
        Assert.Equal("Two dogs" + alone.Text, full.Text);
        Assert.Equal(fixture == "llama" ? full : alone, await host.AskAsync(new() { Text = "Two dogs" }));
    }

    public static TheoryData<string, string> Chats { get; } =
    [
        .. from fixture in new[] { "qwen2", "llama-rope-scaled" }
           from golden in Golden(fixture, "chat.json")
           let open = (string)golden["messages"]!.AsArray()[^1]!["role"]! == "assistant"
           where golden["messages"]!.AsArray().All(message => message!["content"]!.GetValueKind() == JsonValueKind.String) && (string)golden["name"]! != "markers inside a message"
           where golden["refused"] is not null || golden["options"]!.ToJsonString() == (open ? """{"continue_final_message":true}""" : """{"add_generation_prompt":true}""")
           select new TheoryDataRow<string, string>(fixture, (string)golden["name"]!),
    ];

    [Theory, MemberData(nameof(Chats))]
    public async Task ConversationsBecomeThePromptsOfTheReference(string fixture, string name)
    {
        var golden = Golden(fixture, "chat.json").First(each => (string)each["name"]! == name);
        using var host = new CheckpointHost(fixture) { Options = new() { MaxNewTokens = 4 } };
        var messages = golden["messages"].Deserialize<Message[]>()!;
        if (golden["refused"] is { } refused)
        {
            var fault = await Assert.ThrowsAsync<FormatException>(() => host.AskAsync(new() { Messages = messages }));
            Assert.EndsWith(((string)refused!)["TemplateError: ".Length..], fault.Message, StringComparison.Ordinal);
            return;
        }

        var answer = await host.AskAsync(new() { Messages = messages });
        Assert.Equal(golden["ids"].Deserialize<long[]>(), Assert.Single(host.Requests).Source!.Tokens);
        Assert.Equal(PromptEncoder.With(messages, answer.Text), answer.Messages);
        Assert.Null((await host.AskAsync(new() { Messages = messages, ReturnFullText = false })).Messages);
    }

    private static string[] Texts(JsonNode golden) => (golden["inputs"]!["texts"] ?? golden["inputs"]!["text"]).Deserialize<string[]>() ?? [];

    private static IEnumerable<JsonNode> Golden(string fixture, string file = "generate.json") =>
        JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "golden", file)))!.AsArray().Select(each => each!);
}
