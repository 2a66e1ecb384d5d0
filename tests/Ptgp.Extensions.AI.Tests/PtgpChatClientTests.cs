using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Ptgp.Hosting;

namespace Ptgp.Extensions.AI.Tests;

/// <summary>Chats with small random checkpoints: what they say means nothing, but that it is what the task writes does.</summary>
public sealed class PtgpChatClientTests : IDisposable
{
    private readonly ClientFolder folder = new("textgeneration", Repository.Fixture("models", "qwen2"));

    private static readonly ChatMessage[] Conversation = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "Who built it?")];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task AnAnswerIsWhatTheTaskWrites()
    {
        using var client = await ClientAsync();
        var expected = (string)(await Ask(client, """{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who built it?"}], "returnFullText": false}""", new() { MaxNewTokens = 8, DoSample = false }))["text"]!;
        var response = await client.GetResponseAsync(Conversation, new() { MaxOutputTokens = 8, Temperature = 0 }, Cancellation);
        Assert.Equal((expected, ChatFinishReason.Length, "task"), (response.Text, response.FinishReason, response.ModelId));
        Assert.NotEmpty(response.Text);

        var instructed = await client.GetResponseAsync(Conversation[1..], new() { Instructions = "Be brief.", MaxOutputTokens = 8, Temperature = 0 }, Cancellation);
        Assert.Equal(expected, instructed.Text);
    }

    [Fact]
    public async Task TheUpdatesOfAStreamAreTheAnswer()
    {
        using var client = await ClientAsync();
        ChatOptions options = new() { MaxOutputTokens = 16, Temperature = 0 };
        var whole = await client.GetResponseAsync(Conversation, options, Cancellation);
        List<ChatResponseUpdate> updates = [];
        await foreach (var update in client.GetStreamingResponseAsync(Conversation, options, Cancellation))
        {
            updates.Add(update);
        }

        Assert.InRange(updates.Count, 2, int.MaxValue);
        Assert.Equal((whole.Text, ChatFinishReason.Length), (updates.ToChatResponse().Text, updates[^1].FinishReason));
        Assert.Single(updates.Select(update => update.MessageId).Distinct());
    }

    [Fact]
    public async Task SamplingFollowsItsSeedAndStopSequencesEndTheText()
    {
        using var client = await ClientAsync();
        var texts = await Task.WhenAll(new long[] { 3, 3, 4, 5, 6 }.Select(async seed => (await client.GetResponseAsync(Conversation, new() { MaxOutputTokens = 12, Temperature = 1, Seed = seed }, Cancellation)).Text));
        Assert.Equal(texts[0], texts[1]);
        Assert.InRange(texts.Distinct().Count(), 2, 4);

        var whole = (await client.GetResponseAsync(Conversation, new() { MaxOutputTokens = 12, Temperature = 0 }, Cancellation)).Text;
        var stop = whole.EnumerateRunes().ElementAt(2).ToString();
        var stopped = await client.GetResponseAsync(Conversation, new() { MaxOutputTokens = 12, Temperature = 0, StopSequences = [stop] }, Cancellation);
        Assert.Equal((whole[..whole.IndexOf(stop, StringComparison.Ordinal)], ChatFinishReason.Stop), (stopped.Text, stopped.FinishReason));
    }

    [Fact]
    public async Task GenerationOptionsPassThrough()
    {
        using var client = await ClientAsync();
        ChatOptions raw = new() { Temperature = 0, RawRepresentationFactory = _ => new GenerationOptions { NumBeams = 3, MaxNewTokens = 5 } };
        var expected = await Ask(client, """{"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who built it?"}], "returnFullText": false}""", new() { NumBeams = 3, MaxNewTokens = 5, DoSample = false });
        Assert.Equal((string)expected["text"]!, (await client.GetResponseAsync(Conversation, raw, Cancellation)).Text);
    }

    [Fact]
    public async Task TheLibrarysOwnMiddlewareStandsOnIt()
    {
        var cache = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        using var inner = new Counted(await ClientAsync());
        using var client = new ChatClientBuilder(inner)
            .UseDistributedCache(cache)
            .UseFunctionInvocation()
            .UseLogging(NullLoggerFactory.Instance)
            .UseOpenTelemetry()
            .ConfigureOptions(options => options.MaxOutputTokens = 6)
            .Build();
        ChatOptions options = new() { Temperature = 0 };
        var first = await client.GetResponseAsync(Conversation, options, Cancellation);
        var second = await client.GetResponseAsync(Conversation, options, Cancellation);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(1, inner.Asked);
        Assert.Equal("ptgp", client.GetRequiredService<ChatClientMetadata>().ProviderName);
        Assert.Equal("task", client.GetRequiredService<PtgpTask>().Name);

        StringBuilder streamed = new();
        await foreach (var update in client.GetStreamingResponseAsync("Who built it?", options, Cancellation))
        {
            streamed.Append(update.Text);
        }

        Assert.NotEqual(0, streamed.Length);
    }

    [Fact]
    public async Task WhoeverStopsReadingStopsTheWriting()
    {
        using var client = await ClientAsync();
        await foreach (var update in client.GetStreamingResponseAsync(Conversation, new() { MaxOutputTokens = 64, Temperature = 0 }, Cancellation))
        {
            break;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetResponseAsync(Conversation, cancellationToken: stop.Token));
        Assert.NotEmpty((await client.GetResponseAsync(Conversation, new() { MaxOutputTokens = 4 }, Cancellation)).Text);
    }

    [Fact]
    public async Task AResponseFormatIsKeptTo()
    {
        using var client = await ClientAsync();
        var schema = JsonElement.Parse("""{"type": "object", "properties": {"verdict": {"enum": ["yes", "no"]}, "sure": {"type": "boolean"}}, "required": ["verdict", "sure"]}""");
        foreach (ChatOptions options in new ChatOptions[] { new() { Temperature = 0 }, new() { Temperature = 2, Seed = 3 } })
        {
            options.ResponseFormat = ChatResponseFormat.ForJsonSchema(schema);
            var response = await client.GetResponseAsync(Conversation, options, Cancellation);
            var answer = JsonElement.Parse(response.Text);
            Assert.Contains(answer.GetProperty("verdict").GetString(), (string[])["yes", "no"]);
            Assert.Equal((ChatFinishReason.Stop, true), (response.FinishReason, answer.GetProperty("sure").ValueKind is JsonValueKind.True or JsonValueKind.False));

            StringBuilder streamed = new();
            await foreach (var update in client.GetStreamingResponseAsync(Conversation, options, Cancellation))
            {
                streamed.Append(update.Text);
            }

            Assert.Equal(response.Text, streamed.ToString());
        }

        var any = await client.GetResponseAsync(Conversation, new() { ResponseFormat = ChatResponseFormat.Json, Temperature = 0, MaxOutputTokens = 4 }, Cancellation);
        Assert.StartsWith("{", any.Text.TrimStart(), StringComparison.Ordinal);
        var plain = await client.GetResponseAsync(Conversation, new() { Temperature = 0, MaxOutputTokens = 4 }, Cancellation);
        Assert.Equal(plain.Text, (await client.GetResponseAsync(Conversation, new() { ResponseFormat = ChatResponseFormat.Text, Temperature = 0, MaxOutputTokens = 4 }, Cancellation)).Text);
    }

    // The library makes a schema of the type, and a value of the answer.
    [Fact]
    public async Task ATypeIsAnsweredByAValueOfIt()
    {
        using var inner = await ClientAsync();
        using var client = new ChatClientBuilder(inner).UseFunctionInvocation().UseLogging(NullLoggerFactory.Instance).Build();
        var response = await client.GetResponseAsync<Verdict>(Conversation, new ChatOptions { Temperature = 0 }, useJsonSchemaResponseFormat: true, Cancellation);
        Assert.Contains(response.Result.Colour, Enum.GetValues<Colour>());
        Assert.InRange(response.Result.Marks.Length, 0, int.MaxValue);

        var several = await client.GetResponseAsync<bool>(Conversation, new ChatOptions { Temperature = 0 }, useJsonSchemaResponseFormat: true, Cancellation);
        Assert.True(several.TryGetResult(out _), several.Text);
    }

    [Fact]
    public async Task ATaskThatKeepsToNoSchemaRefusesOne()
    {
        using ClientFolder other = new("translation", Repository.Fixture("models", "t5-v1_1"));
        using var client = new PtgpChatClient(await other.OpenAsync());
        var fault = await Assert.ThrowsAsync<PtgpException>(() => client.GetResponseAsync(Conversation, new() { ResponseFormat = ChatResponseFormat.Json }, Cancellation));
        Assert.StartsWith("ResponseFormat must be text or none for task 'task', whose plugin keeps to no JSON schema: an input of its has 'text'", fault.Message, StringComparison.Ordinal);

        using var chat = await ClientAsync();
        var unknown = JsonElement.Parse("""{"not": {"type": "null"}}""");
        var refused = await Assert.ThrowsAsync<PtgpException>(() => chat.GetResponseAsync(Conversation, new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(unknown) }, Cancellation));
        Assert.Contains("it holds 'not', which is not known", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeReadIsRefusedInWords()
    {
        using var client = await ClientAsync();
        var image = await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync([new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])], cancellationToken: Cancellation));
        Assert.Contains("must hold text", image.Message, StringComparison.Ordinal);
        var contradiction = await Assert.ThrowsAsync<PtgpException>(() => client.GetResponseAsync(Conversation, new() { RawRepresentationFactory = _ => new GenerationOptions { NumBeams = 1, NumReturnSequences = 4, DoSample = false } }, Cancellation));
        Assert.Contains("umReturnSequences", contradiction.Message, StringComparison.Ordinal);

        using var plain = new ClientFolder("textgeneration", Repository.Fixture("models", "gpt2"));
        using var templateless = new PtgpChatClient(await plain.OpenAsync());
        await Assert.ThrowsAsync<PtgpException>(() => templateless.GetResponseAsync(Conversation, cancellationToken: Cancellation));
    }

    private static Task<JsonNode> Ask(IChatClient client, string input, GenerationOptions generation) => client.GetRequiredService<PtgpTask>().AnswerAsync(JsonNode.Parse(input)!, generation, null, Cancellation);

    private async Task<PtgpChatClient> ClientAsync() => new(await folder.OpenAsync());

    private enum Colour
    {
        Red,
        Green,
    }

    private sealed record Verdict(Colour Colour, bool[] Marks, bool? IsSure);

    private sealed class Counted(IChatClient inner) : DelegatingChatClient(inner)
    {
        public int Asked { get; private set; }

        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Asked++;
            return base.GetResponseAsync(messages, options, cancellationToken);
        }
    }
}
