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
        List<string> soFar = [];
        var answer = await task.AnswerAsync(new JsonObject { ["text"] = "A man rides a bike." }, new() { NumBeams = 1, MaxNewTokens = 8 }, cancellation: TestContext.Current.CancellationToken);
        Assert.NotNull((string?)answer["text"]);
        var wrong = await Assert.ThrowsAsync<PtgpException>(() => task.AnswerAsync(new JsonObject { ["txt"] = "A man rides a bike." }, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("text", wrong.Message, StringComparison.Ordinal);
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
