using Ptgp.Host.Hub;
using Answer = Ptgp.Host.Tests.Hub.StandIn.Answer;

namespace Ptgp.Host.Tests.Hub;

/// <summary>What is asked of whom, and what is said when the answer is no.</summary>
public sealed class HubClientTests : IDisposable
{
    private readonly FakeHub hub = new();

    private string Address => hub.Site.Address.ToString().TrimEnd('/');

    private string Host => hub.Site.Address.Authority;

    public void Dispose() => hub.Dispose();

    [Fact]
    public async Task TheTokenGoesToTheHubAndToNobodyElse()
    {
        hub.Options = hub.Options with { Token = "hf_secret" };
        await hub.PullAsync();
        Assert.All(hub.Site.Asked, request => Assert.Equal("Bearer hf_secret", request["Authorization"]));
        Assert.NotEmpty(hub.Store.Asked);
        Assert.All(hub.Store.Asked, request => Assert.DoesNotContain("hf_secret", string.Join('\n', request.Headers.Values) + request.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task WithoutATokenNobodyIsNamed()
    {
        await hub.PullAsync();
        Assert.All(hub.Site.Asked, request => Assert.Null(request["Authorization"]));
        Assert.All(hub.Site.Asked, request => Assert.Equal("identity", request["Accept-Encoding"]));
    }

    [Fact]
    public async Task ARenamedModelIsFollowedOnTheHubWithTheToken()
    {
        hub.Options = hub.Options with { Token = "hf_secret" };
        hub.Hub = request => request.Path.Contains("old", StringComparison.Ordinal) ? new Answer(307).With("Location", request.Path.Replace("us/old", FakeHub.Name, StringComparison.Ordinal)) : null;
        Assert.True((await hub.PullAsync("us/old")).IsWhole);
        Assert.All(hub.Site.Asked, request => Assert.Equal("Bearer hf_secret", request["Authorization"]));
    }

    [Theory]
    [InlineData("file:///etc/passwd", "file://")]
    [InlineData("ftp://127.0.0.1/x", "ftp://127.0.0.1")]
    [InlineData("http://good@127.0.0.1:1/x", "http://127.0.0.1:1")]
    public async Task ARedirectToAnythingButTheWebIsNotFollowed(string location, string said)
    {
        hub.Hub = request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal) ? new Answer(302).With("Location", location) : null;
        Assert.Equal($"'{Host}' must redirect to an address of http without a user, but redirects to '{said}'. Do not pull from it, or check HF_ENDPOINT.", await hub.FaultAsync());
    }

    [Fact]
    public async Task RedirectsEnd()
    {
        hub.Hub = request => new Answer(302).With("Location", request.Path);
        Assert.Contains("in 5 redirects", await hub.FaultAsync(), StringComparison.Ordinal);
        Assert.Equal(6, hub.Site.Asked.Count);
    }

    [Fact]
    public async Task AFileOfAnotherCommitIsRefused()
    {
        hub.Hub = request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal) ? hub.AnswerOf(request).With("X-Repo-Commit", new string('e', 40)) : null;
        Assert.Contains($"'model.safetensors' must be of commit {FakeHub.Commit}", await hub.FaultAsync(), StringComparison.Ordinal);
        Assert.Contains($"must hold a commit '{new string('d', 40)}'", await hub.FaultAsync($"us/tiny@{new string('d', 40)}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHashThatIsNotTheListedOneIsRefusedBeforeAByteIsFetched()
    {
        hub.Hub = request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal) ? hub.AnswerOf(request).With("X-Linked-ETag", $"\"{new string('0', 64)}\"") : null;
        Assert.Contains("that the hub listed", await hub.FaultAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, null, null, "'us/tiny' must be open to all, but 'HUB' asks who we are (401): it is private or gated, or there is no such model. Check the name, or set HF_TOKEN to a token from HUB/settings/tokens.")]
    [InlineData(401, null, "t", "HF_TOKEN must be a valid token of 'HUB', but was refused (401) for 'us/tiny'. Make a new one under HUB/settings/tokens, and check the model's name.")]
    [InlineData(403, "GatedRepo", "t", "'us/tiny' must be open to the owner of HF_TOKEN, but is not (403). Accept its terms under HUB/us/tiny, and let the token read gated models.")]
    [InlineData(403, "GatedRepo", null, "'us/tiny' must be open to all, but is not (403). Accept its terms under HUB/us/tiny, and set HF_TOKEN.")]
    [InlineData(404, "RepoNotFound", null, "NAME must be a model of 'HUB', but there is no 'us/tiny@v9' (404). Check the spelling, or set HF_TOKEN if it is private.")]
    [InlineData(404, "RevisionNotFound", null, "The revision of 'us/tiny' must be one of its branches, tags or commits, but there is no 'v9' (404). See HUB/us/tiny/tree/main.")]
    public async Task ARefusalSaysWhatToDo(int status, string? code, string? token, string message)
    {
        hub.Options = hub.Options with { Token = token };
        hub.Hub = _ => code is null ? new(status) : new Answer(status).With("X-Error-Code", code);
        Assert.Equal(message.Replace("HUB", Address, StringComparison.Ordinal), await hub.FaultAsync("us/tiny@v9"));
        Assert.Single(hub.Site.Asked); // asking again would not help
        Assert.Empty(hub.Pauses);
    }

    [Fact]
    public async Task AServersOwnWordsAreShownWithoutWhatSteersATerminal()
    {
        hub.Hub = _ => new Answer(400).With("X-Error-Message", "no \u001b[31msuch thing");
        Assert.Equal($"'{Host}' must answer with what was asked for, but answers 400 and says 'no [31msuch thing'. Check HF_ENDPOINT and the name 'us/tiny'.", await hub.FaultAsync());
    }

    [Fact]
    public async Task TooManyRequestsAreMadeAgainAfterThePauseThatIsAskedFor()
    {
        hub.Hub = _ => hub.Site.Asked.Count <= 2 ? new Answer(429).With("Retry-After", "7") : null;
        Assert.True((await hub.PullAsync()).IsWhole);
        Assert.Equal([7, 7], hub.Pauses.Select(pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task ALongPauseIsLeftToTheUser()
    {
        hub.Hub = _ => new Answer(429).With("Retry-After", "3600");
        Assert.Equal($"'{Host}' must be asked less often: it asks to come back in 3600 s (429). Run the command again then; what was pulled stays. With HF_TOKEN set one may ask more often.", await hub.FaultAsync());
        Assert.Single(hub.Site.Asked);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task AServerThatFailsIsAskedAFewTimes(int status)
    {
        hub.Hub = _ => new(status);
        Assert.Equal($"'{Host}' must answer, but fails ({status}). Run the command again later; what was pulled stays.", await hub.FaultAsync());
        Assert.Equal((5, 4), (hub.Site.Asked.Count, hub.Pauses.Count));
        Assert.Equal([1, 2, 4, 8], hub.Pauses.Select(pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task AnAddressOfTheStorageThatRanOutIsRenewed()
    {
        hub.Storage = request => hub.Store.Asked.Count <= 1 ? new(403) : null;
        Assert.True((await hub.PullAsync()).IsWhole);
        Assert.Equal(2, hub.Site.Asked.Count(request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AHubThatIsNotThereIsSaid()
    {
        hub.Options = hub.Options with { Endpoint = new("http://127.0.0.1:1") };
        Assert.StartsWith($"'127.0.0.1:1' must be reachable, but is not: ", await hub.FaultAsync(), StringComparison.Ordinal);
    }
}
