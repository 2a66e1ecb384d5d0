using Ptgp.Backbone;
using Ptgp.Tests;

namespace Ptgp.Host.Tests.Commands;

public sealed class AdaptersCommandTests
{
    private static readonly string adapter = Repository.Fixture("adapters", "t5-lora"), checkpoint = Repository.Fixture("adapters", "base-t5");

    [Fact]
    public async Task AMergedCheckpointIsWrittenAndNamed()
    {
        using var folder = new CommandFolder();
        Assert.Equal((0, folder["merged"] + "\n", ""), await folder.RunAsync("adapters", "merge", adapter, "--checkpoint", checkpoint, "--output", "merged"));
        CheckpointFolder.Open(folder["merged"]).LoadTransformer(TorchSharp.torch.META, TorchSharp.torch.ScalarType.Float32).Dispose();
    }

    [Fact]
    public async Task TheBackboneMayBeNamedAsTheConfigurationDoes()
    {
        using var folder = new CommandFolder();
        foreach (var file in Directory.GetFiles(checkpoint))
        {
            File.Copy(file, Path.Combine(folder["model"], Path.GetFileName(file)));
        }

        Assert.Equal((0, folder["merged"] + "\n", ""), await folder.RunAsync("adapters", "merge", adapter, "--backbone", "base", "--output", "merged"));
        Assert.Equal(
            (1, "", "There must be a backbone 'bass' in the configuration, but there is none. Known here: base.\n"),
            await folder.RunAsync("adapters", "merge", adapter, "--backbone", "bass", "--output", "merged"));
    }

    [Fact]
    public async Task WhatCannotBeMergedIsSaid()
    {
        using var folder = new CommandFolder();
        Assert.Equal(
            (1, "", "An adapter must change weights to be merged into them, but this one is a prefix. Use it beside its backbone.\n"),
            await folder.RunAsync("adapters", "merge", Repository.Fixture("adapters", "t5-prefix"), "--checkpoint", checkpoint, "--output", "merged"));
        Assert.False(Directory.Exists(folder["merged"]));
        Assert.Equal(
            (2, "", "'ptgp adapters merge' must be told what to merge into: --backbone NAME or --checkpoint PATH.\n"), await folder.RunAsync("adapters", "merge", adapter, "--output", "merged"));
        Assert.Equal(2, (await folder.RunAsync("adapters", "merge", adapter, "--checkpoint", checkpoint, "--output", checkpoint)).Code);
    }

    [Fact]
    public async Task WhatStandsInTheOutputIsLeftAlone()
    {
        using var folder = new CommandFolder();
        Directory.CreateDirectory(folder["work"]);
        File.WriteAllText(Path.Combine(folder["work"], "notes.txt"), "mine");
        var (code, _, error) = await folder.RunAsync("adapters", "merge", adapter, "--checkpoint", checkpoint, "--output", "work");
        Assert.Equal((2, "mine"), (code, File.ReadAllText(Path.Combine(folder["work"], "notes.txt"))));
        Assert.Contains("empty or not there", error, StringComparison.Ordinal);
    }
}
