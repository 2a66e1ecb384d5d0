using System.Text.Json.Nodes;
using Ptgp.Hosting;

namespace Ptgp.Extensions.AI.Tests;

public sealed class PtgpHostTests
{
    [Fact]
    public async Task TasksAreAskedInJson()
    {
        using ClientFolder folder = new("summarization", Repository.Fixture("models", "t5-v1_1"));
        using var task = await folder.OpenAsync();
        Assert.Equal(["task"], folder.Host.Tasks);
        var answer = await task.AnswerAsync(new JsonObject { ["text"] = "A man rides a bike." }, new() { NumBeams = 1, MaxNewTokens = 8 }, cancellation: TestContext.Current.CancellationToken);
        Assert.NotNull((string?)answer["text"]);
        var wrong = await Assert.ThrowsAsync<PtgpException>(() => task.AnswerAsync(new JsonObject { ["txt"] = "A man rides a bike." }, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("text", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhoIsSlowToReadHoldsUpHisOwnAnswerAlone()
    {
        using ClientFolder folder = new("summarization", Repository.Fixture("models", "t5-v1_1"));
        using var task = await folder.OpenAsync();
        GenerationOptions options = new() { NumBeams = 1, MinNewTokens = 6, MaxNewTokens = 6 };
        JsonObject input = new() { ["text"] = "A man rides a bike." };
        using ManualResetEventSlim called = new(), mayGo = new();
        var pieces = 0;
        var slow = task.AnswerAsync(input, options, onSoFar: _ =>
        {
            Interlocked.Increment(ref pieces);
            called.Set();
            mayGo.Wait(TestContext.Current.CancellationToken);
        }, cancellation: TestContext.Current.CancellationToken);
        called.Wait(TestContext.Current.CancellationToken);
        var quick = await task.AnswerAsync(input, options, cancellation: TestContext.Current.CancellationToken);
        Assert.False(slow.IsCompleted);
        Assert.Equal(1, pieces);
        mayGo.Set();
        Assert.Equal((string?)quick["text"], (string?)(await slow)["text"]);
        Assert.InRange(pieces, 2, 6);
    }

    [Fact]
    public async Task WhatAListenerThrowsEndsHisRequest()
    {
        using ClientFolder folder = new("summarization", Repository.Fixture("models", "t5-v1_1"));
        using var task = await folder.OpenAsync();
        JsonObject input = new() { ["text"] = "A man rides a bike." };
        var fault = await Assert.ThrowsAsync<ArithmeticException>(() => task.AnswerAsync(
            input, new() { NumBeams = 1, MinNewTokens = 9, MaxNewTokens = 9 }, onSoFar: _ => throw new ArithmeticException("mine"), cancellation: TestContext.Current.CancellationToken));
        Assert.Equal("mine", fault.Message);
        Assert.NotNull((string?)(await task.AnswerAsync(input, new() { NumBeams = 1, MaxNewTokens = 3 }, cancellation: TestContext.Current.CancellationToken))["text"]);
    }

    [Fact]
    public async Task WhatIsWrongIsSaidAsTheCommandLineSaysIt()
    {
        var missing = Assert.Throws<PtgpException>(() => PtgpHost.Open(new() { Configuration = "nowhere.json" }));
        Assert.Contains("nowhere.json", missing.Message, StringComparison.Ordinal);
        using ClientFolder folder = new("summarization", Repository.Fixture("models", "t5-v1_1"));
        var unknown = await Assert.ThrowsAsync<PtgpException>(() => folder.Host.OpenAsync("tasks", TestContext.Current.CancellationToken));
        Assert.Contains("Known here: task", unknown.Message, StringComparison.Ordinal);
    }
}
