using Ptgp.Host.Hub;
using Answer = Ptgp.Host.Tests.Hub.StandIn.Answer;

namespace Ptgp.Host.Tests.Hub;

public sealed class ResumingTests : IDisposable
{
    private static readonly string[] needed = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"];
    private readonly FakeHub hub = new();

    private byte[] Weights => hub.Files["model.safetensors"];

    private string Partial => Path.Combine(hub.Target, ".ptgp-pull", "model.safetensors.partial");

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task AConnectionThatIsCutIsOpenedAgainWhereItEnded()
    {
        hub.Storage = request => FakeHub.Content(request, Weights) with { CutAfter = 3000 };
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Equal([null, (3000, 10_000), (6000, 10_000), (9000, 10_000)], hub.Store.Asked.Select(request => request.Range));
        Assert.Empty(hub.Pauses);
    }

    [Fact]
    public async Task AConnectionThatBringsNothingIsGivenUpAndLeavesWhatCameForTheNextRun()
    {
        hub.Storage = request => FakeHub.Content(request, Weights) with { CutAfter = request.Range is null ? 4000 : 0 };
        Assert.Contains("what was pulled stays", await hub.FaultAsync(), StringComparison.Ordinal);
        Assert.Equal([1, 2, 4, 8], hub.Pauses.Select(pause => pause.TotalSeconds));
        var begun = Assert.Single(hub.Cache.All);
        Assert.Equal((false, begun.Size - 6000), (begun.IsWhole, begun.Bytes));
        Assert.False(File.Exists(Path.Combine(hub.Target, "model.safetensors")));

        hub.Storage = null;
        hub.Store.Forget();
        hub.Site.Forget();
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Equal((4000, 10_000), Assert.Single(hub.Store.Asked).Range);
        Assert.Equal(2, hub.Site.Asked.Count); // the list, and the weights: what was whole is not asked for
    }

    [Fact]
    public async Task ALargeFileComesInPartsThatAreTheFile()
    {
        hub.Options = hub.Options with { PartSize = 1024, Connections = 3 };
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Equal(Enumerable.Range(0, 10).Select(part => ((int, int)?)(part * 1024, Math.Min(10_000, (part + 1) * 1024))), hub.Store.Asked.Select(request => request.Range).Order());
    }

    [Fact]
    public async Task OnlyTheMissingEndsOfPartsAreFetchedByTheNextRun()
    {
        hub.Options = hub.Options with { PartSize = 4000, Connections = 1 };
        hub.Storage = request => request.Range!.Value.From switch
        {
            0 => FakeHub.Content(request, Weights),
            4000 => FakeHub.Content(request, Weights) with { CutAfter = 100 },
            _ => new(503),
        };
        await hub.FaultAsync();
        hub.Storage = null;
        hub.Store.Forget();
        hub.Options = hub.Options with { PartSize = 64 << 20 }; // the parts stay as they were begun
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Equal([(4100, 8000), (8000, 10_000)], hub.Store.Asked.Select(request => request.Range));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task AServerWithoutRangesSendsTheWholeFile(int connections)
    {
        hub.Options = hub.Options with { PartSize = 3000, Connections = connections };
        hub.Storage = _ => new(200, Weights);
        hub.AssertWhole(await hub.PullAsync(), needed);
    }

    [Fact]
    public async Task AServerWithoutRangesThatIsCutBeginsAgain()
    {
        hub.Storage = request => new(200, Weights) { CutAfter = request.Range is null ? 3000 : int.MaxValue };
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Equal([null, (3000, 10_000)], hub.Store.Asked.Select(request => request.Range));
    }

    [Theory]
    [InlineData("bytes 0-6999/10000")]
    [InlineData("bytes 3000-9999/20000")]
    [InlineData("nothing")]
    public async Task AnotherRangeThanTheOneThatWasAskedForIsNoAnswer(string range)
    {
        hub.Storage = request => request.Range is null ? new(200, Weights) { CutAfter = 3000 } : new Answer(206, Weights[3000..]).With("Content-Range", range);
        Assert.Contains("must send bytes 3000 to 9999 of 10000 of 'model.safetensors'", await hub.FaultAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10_001)]
    [InlineData(9_999)]
    public async Task AnotherLengthThanTheListedOneIsNoAnswer(int length)
    {
        hub.Storage = _ => new(200, FakeHub.Bytes(length, 9));
        Assert.Contains($"'model.safetensors' must come as 10000 bytes, but '{hub.Store.Address.Authority}' sends {length}.", await hub.FaultAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWrongHashIsNeverPutInPlace()
    {
        hub.Storage = request => FakeHub.Content(request, FakeHub.Bytes(10_000, 9));
        Assert.Equal($"'model.safetensors' of 'us/tiny' must have the hash {FakeHub.HashOf("model.safetensors", Weights)}, but what came has another; it was removed. Run the command again; if it stays so, something between here and '{hub.Site.Address.Authority}' changes it.", await hub.FaultAsync());
        Assert.Equal((false, false), (File.Exists(Path.Combine(hub.Target, "model.safetensors")), File.Exists(Partial)));
        hub.Storage = null;
        hub.AssertWhole(await hub.PullAsync(), needed);
    }

    [Fact]
    public async Task AWrongHashOfASmallFileIsNoticedToo()
    {
        var changed = (byte[])hub.Files["tokenizer.json"].Clone();
        changed[7] ^= 1;
        hub.Hub = request => request.Path.EndsWith("tokenizer.json", StringComparison.Ordinal) ? new(200, changed) : null;
        Assert.Contains("'tokenizer.json' of 'us/tiny' must have the hash", await hub.FaultAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatAnEarlierRunLeftBrokenIsFetchedAnewOnce()
    {
        hub.Storage = request => FakeHub.Content(request, Weights) with { CutAfter = request.Range is null ? 4000 : 0 };
        await hub.FaultAsync();
        var left = File.ReadAllBytes(Partial);
        left[17] ^= 1;
        File.WriteAllBytes(Partial, left);
        hub.Storage = null;
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Contains("What an earlier run left of 'model.safetensors' is broken; it is fetched anew.", hub.Said);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{ "hash": "HASH", "size": 10000, "parts": [[0, 10000, 9000]] }""")]
    [InlineData("""{ "hash": "HASH", "size": 10000, "parts": [[0, 5000, 10], [6000, 4000, 10]] }""")]
    [InlineData("""{ "hash": "HASH", "size": 10000, "parts": [[-5, 10005, 10]] }""")]
    [InlineData("""{ "hash": "0000", "size": 10000, "parts": [[0, 10000, 10]] }""")]
    public async Task NotesThatDoNotFitTheFileAreNotBelieved(string notes)
    {
        hub.Storage = request => FakeHub.Content(request, Weights) with { CutAfter = request.Range is null ? 4000 : 0 };
        await hub.FaultAsync();
        File.WriteAllText(Partial + ".json", notes.Replace("HASH", FakeHub.HashOf("model.safetensors", Weights), StringComparison.Ordinal));
        hub.Storage = null;
        hub.Store.Forget();
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Null(Assert.Single(hub.Store.Asked).Range);
    }

    [Fact]
    public async Task WhatIsCalledOffGoesOnLater()
    {
        using var interruption = new CancellationTokenSource();
        hub.Options = hub.Options with { PartSize = 2000, Connections = 1 };
        hub.Storage = request =>
        {
            if (request.Range!.Value.From == 4000)
            {
                interruption.Cancel();
            }

            return null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hub.PullAsync(cancellation: interruption.Token));
        Assert.False(Assert.Single(hub.Cache.All).IsWhole);
        hub.Storage = null;
        hub.Store.Forget();
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.DoesNotContain(hub.Store.Asked, request => request.Range!.Value.From < 4000);
    }
}
