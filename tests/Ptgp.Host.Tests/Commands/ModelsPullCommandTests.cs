using Ptgp.Host.Tests.Hub;

namespace Ptgp.Host.Tests.Commands;

public sealed class ModelsPullCommandTests : IDisposable
{
    private readonly FakeHub hub = new();
    private readonly CommandFolder folder = new();

    public ModelsPullCommandTests() => folder.Variables["HF_ENDPOINT"] = hub.Site.Address.ToString();

    public void Dispose()
    {
        hub.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task TheFolderIsTheResultAndAllElseIsSaidBeside()
    {
        hub.Files["config.json"] = File.ReadAllBytes(Repository.Fixture("models", "t5-v1_1", "config.json"));
        var bytes = hub.Files["config.json"].Length;
        var (code, output, error) = await folder.RunAsync("models", "pull", "us/tiny");
        var path = Path.Combine(folder["cache"], "models", "us--tiny", FakeHub.Commit);
        Assert.Equal((0, path + "\n"), (code, output));
        Assert.Equal($"""
            pulling config.json ({bytes} B)
            pulling generation_config.json (2 B)
            pulling tokenizer.json (3.0 kB)
            pulling model.safetensors (10.0 kB)
            'us/tiny' is there: 4 files, {(13_002 + bytes) / 1000.0:0.0} kB, commit {FakeHub.Commit}.

            """, error);
        Assert.Equal(hub.Files["model.safetensors"], File.ReadAllBytes(Path.Combine(path, "model.safetensors")));
    }

    [Fact]
    public async Task AFolderCanBeNamed()
    {
        Assert.Equal((0, folder["mine"] + "\n"), Result(await folder.RunAsync("models", "pull", "us/tiny@v1", "--to", "mine")));
        Assert.False(Directory.Exists(folder["cache"]));
        Assert.Equal(2, (await folder.RunAsync("models", "pull", "us/tiny", "--to", "ptgp.json")).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OfflineIsAnOptionAndAVariable(bool isOption)
    {
        if (!isOption)
        {
            folder.Variables["HF_HUB_OFFLINE"] = "1";
        }

        var (code, output, error) = await folder.RunAsync(["models", "pull", "us/tiny", .. isOption ? (string[])["--offline"] : []]);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("to be used offline, but is not. Run 'ptgp models pull us/tiny' without --offline", error, StringComparison.Ordinal);
        Assert.Empty(hub.Site.Asked);
    }

    [Fact]
    public async Task AWrongNameIsWrongUsage() =>
        Assert.Equal((2, "", "NAME[@REVISION] must be OWNER/NAME or NAME, with @REVISION where it is not main, of letters, digits, '.', '_' and '-', but is '../x'.\n"), await folder.RunAsync("models", "pull", "../x"));

    [Fact]
    public void ABarIsDrawnOnATerminal()
    {
        var error = new StringWriter();
        using (var bar = new Host.Commands.PullBar(new() { Parts = new FakeParts(), In = Stream.Null, Out = TextWriter.Null, Error = error, Log = new Host.Commands.ConsoleLog(error, isVerbose: false) }))
        {
            bar.Begin(2000);
            bar.Add(2000);
            bar.Say("so [it] is");
        }

        Assert.Contains("so [it] is", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsInterruptedSaysThatItGoesOn()
    {
        using var interruption = new CancellationTokenSource();
        using var stopped = new CommandFolder { Cancellation = interruption.Token };
        stopped.Variables["HF_ENDPOINT"] = hub.Site.Address.ToString();
        hub.Storage = _ =>
        {
            interruption.Cancel();
            return null;
        };
        var (code, output, error) = await stopped.RunAsync("models", "pull", "us/tiny");
        Assert.Equal((130, ""), (code, output));
        Assert.EndsWith("What was pulled stays; the same command goes on from there.\nInterrupted.\n", error, StringComparison.Ordinal);
    }

    private static (int Code, string Out) Result((int Code, string Out, string Error) run) => (run.Code, run.Out);
}
