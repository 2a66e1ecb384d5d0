using System.Text;
using Ptgp.Host.Hub;
using Answer = Ptgp.Host.Tests.Hub.StandIn.Answer;

namespace Ptgp.Host.Tests.Hub;

public sealed class ModelPullTests : IDisposable
{
    private static readonly string[] needed = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json"];
    private readonly FakeHub hub = new();

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task WhatIsNeededIsPulledAndNothingElse()
    {
        var pulled = await hub.PullAsync();
        hub.AssertWhole(pulled, needed);
        Assert.Equal(hub.Target, pulled.Path);
        Assert.Equal(["/model.safetensors?signed=yes"], hub.Store.Asked.Select(request => request.Path));
        // The first request says which commit main is; all others ask for that commit.
        Assert.Equal("/api/models/us/tiny/revision/main?blobs=true", hub.Site.Asked[0].Path);
        Assert.Equal(4, hub.Site.Asked.Skip(1).Count(request => request.Path.StartsWith($"/us/tiny/resolve/{FakeHub.Commit}/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task WhatIsThereIsNotPulledAgain()
    {
        await hub.PullAsync("us/tiny@refs/pr/7");
        Assert.Equal("/api/models/us/tiny/revision/refs%2Fpr%2F7?blobs=true", hub.Site.Asked[0].Path);
        hub.Site.Forget();
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Single(hub.Site.Asked);
        hub.Site.Forget();
        hub.AssertWhole(await hub.PullAsync($"us/tiny@{FakeHub.Commit}"), needed);
        Assert.Empty(hub.Site.Asked); // a commit never changes
    }

    [Fact]
    public async Task WithoutSizesAndHashesInTheListTheHubIsAskedForThem()
    {
        hub.ListsHashes = false;
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Equal(4, hub.Site.Asked.Count(request => request.Method == "HEAD"));
        Assert.DoesNotContain(hub.Store.Asked, request => request.Method == "HEAD");
    }

    [Fact]
    public async Task WhatNobodyCanVerifyIsRefused()
    {
        hub.ListsHashes = false;
        hub.Hub = request => request.Path.EndsWith("config.json", StringComparison.Ordinal) ? new Answer(200, "{}").With("ETag", "\"v1\"") : null;
        Assert.Contains("must say size and hash of 'config.json'", await hub.FaultAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WeightsInSeveralFilesComeWithTheirIndex()
    {
        hub.Files.Remove("model.safetensors");
        hub.Files["model-00001-of-00002.safetensors"] = FakeHub.Bytes(500, 5);
        hub.Files["model-00002-of-00002.safetensors"] = FakeHub.Bytes(600, 6);
        hub.Files["other.safetensors"] = FakeHub.Bytes(700, 7);
        hub.Files["model.safetensors.index.json"] = Encoding.UTF8.GetBytes(
            """{ "weight_map": { "a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors", "c": "model-00001-of-00002.safetensors" } }""");
        hub.AssertWhole(await hub.PullAsync(), "config.json", "generation_config.json", "tokenizer.json", "model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
    }

    [Theory]
    [InlineData("../../evil.safetensors")]
    [InlineData("/etc/evil.safetensors")]
    [InlineData("config.json")]
    [InlineData("absent.safetensors")]
    public async Task AnIndexThatLeadsElsewhereIsRefused(string shard)
    {
        hub.Files.Remove("model.safetensors");
        hub.Files["model.safetensors.index.json"] = Encoding.UTF8.GetBytes($$"""{ "weight_map": { "a": "{{shard}}" } }""");
        Assert.Equal($"'model.safetensors.index.json' of 'us/tiny' must list from 1 to 2000 files of weights that lie beside it, but lists '{shard}'. Tell the model's owner, or pull another revision.", await hub.FaultAsync());
        Assert.False(hub.Cache.All.Single().IsWhole);
    }

    [Theory]
    [InlineData("../evil.json")]
    [InlineData("/evil.json")]
    [InlineData("a/../../evil.json")]
    [InlineData("..\\evil.json")]
    [InlineData("C:evil.json")]
    [InlineData("evil\n.json")]
    public async Task AListWithNamesThatLeadOutIsRefused(string name)
    {
        hub.Files[name] = [1];
        Assert.Contains("must hold at most 100000 files, each once and inside of it, but has '", await hub.FaultAsync(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(hub["cache"]));
    }

    [Theory]
    [InlineData("[]", "'sha' and 'siblings'")]
    [InlineData("{", "'sha' and 'siblings'")]
    [InlineData("""{ "sha": "../x", "siblings": [] }""", "a commit, but names '../x'")]
    [InlineData("""{ "sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{ "rfilename": 5 }] }""", "'sha' and 'siblings'")]
    [InlineData("""{ "sha": "0123456789abcdef0123456789abcdef01234567", "siblings": [{ "rfilename": "a" }, { "rfilename": "a" }] }""", "has 'a' twice")]
    public async Task AListThatIsNoneIsRefused(string list, string fault)
    {
        hub.Hub = _ => new(200, list);
        Assert.Contains(fault, await hub.FaultAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AModelWithoutReadableWeightsIsRefusedWithWhatItHas()
    {
        hub.Files.Clear();
        hub.Files["config.json"] = [(byte)'{', (byte)'}'];
        hub.Files["tf_model.h5"] = [1];
        Assert.Equal("Model 'us/tiny' must hold config.json and its weights as model.safetensors or pytorch_model.bin, but has no such weights (it has 'tf_model.h5'). Look for the model that it was converted from.", await hub.FaultAsync());
    }

    [Fact]
    public async Task TheFamilyIsLookedAtBeforeTheWeightsAreFetched()
    {
        hub.Files["config.json"] = """{ "model_type": "unheard-of" }"""u8.ToArray();
        hub.Storage = _ => new(403);
        await hub.FaultAsync();
        Assert.Contains("'model_type' must be one of", Assert.Single(hub.Said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderOfTheUsersIsFilledOnlyWhenNothingElseLiesThere()
    {
        hub.AssertWhole(await hub.PullAsync(to: hub["mine"]), needed);
        hub.AssertWhole(await hub.PullAsync(to: hub["mine"]), needed);
        Assert.False(Directory.Exists(hub["cache"]));

        Directory.CreateDirectory(hub["other"]);
        File.WriteAllText(Path.Combine(hub["other"], "config.json"), "mine");
        Assert.Equal($"'{hub["other"]}' must be empty or hold what was pulled of 'us/tiny', but holds 'config.json'. Name another folder with --to, or remove it.", await hub.FaultAsync(to: hub["other"]));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(hub["other"], "config.json")));
    }

    [Fact]
    public async Task AFolderWithAnotherCommitIsLeftAlone()
    {
        await hub.PullAsync(to: hub["mine"]);
        var next = new string('f', 40);
        hub.Hub = request => request.Path.StartsWith("/api/", StringComparison.Ordinal) ? new(200, Encoding.UTF8.GetString(hub.AnswerOf(request).Body).Replace(FakeHub.Commit, next, StringComparison.Ordinal)) : null;
        Assert.Equal($"'{hub["mine"]}' must be empty or hold 'us/tiny' at commit {next}, but holds 'us/tiny' at {FakeHub.Commit}. Name another folder with --to, or remove it.", await hub.FaultAsync(to: hub["mine"]));
    }

    [Fact]
    public async Task TwoCommandsDoNotPullIntoOneFolder()
    {
        using (PulledFolder.Occupy(hub.Target))
        {
            Assert.Equal($"'{hub.Target}' must be pulled into by one command at a time, but another one does. Wait until it ends.", await hub.FaultAsync());
        }

        hub.AssertWhole(await hub.PullAsync(), needed);
    }

    [Fact]
    public async Task OfflineNobodyIsAsked()
    {
        var online = hub.Options;
        hub.Options = online with { IsOffline = true };
        Assert.Equal($"'us/tiny' must be in '{hub["cache"]}' to be used offline, but is not. Run 'ptgp models pull us/tiny' without --offline and HF_HUB_OFFLINE.", await hub.FaultAsync());
        Assert.Empty(hub.Site.Asked);
        hub.Options = online;
        await hub.PullAsync();
        hub.Options = online with { IsOffline = true, Endpoint = new("http://127.0.0.1:1") };
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Contains("to be used offline", await hub.FaultAsync("us/tiny@v2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFullDiskSaysSoAndLosesNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no disk that is always full.");
        Directory.CreateDirectory(Path.Combine(hub.Target, ".ptgp-pull"));
        var partial = Path.Combine(hub.Target, ".ptgp-pull", "model.safetensors.partial");
        File.CreateSymbolicLink(partial, "/dev/full");
        var fault = await hub.FaultAsync();
        Assert.StartsWith($"'{partial}' must be writable, but is not: No space left on device", fault, StringComparison.Ordinal);
        Assert.EndsWith("what was pulled stays.", fault, StringComparison.Ordinal);
        Assert.Equal(hub.Files["tokenizer.json"], File.ReadAllBytes(Path.Combine(hub.Target, "tokenizer.json")));
        File.Delete(partial);
        hub.Site.Forget();
        hub.AssertWhole(await hub.PullAsync(), needed);
        Assert.Equal(2, hub.Site.Asked.Count); // the list, and the weights alone
    }
}
