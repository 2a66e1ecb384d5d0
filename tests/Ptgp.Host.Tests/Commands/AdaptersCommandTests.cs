using Ptgp.Backbone;
using Ptgp.Backbone.Weights;
using Ptgp.Tests;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Commands;

public sealed class AdaptersCommandTests
{
    private static readonly string adapter = Repository.Fixture("adapters", "t5-lora"), checkpoint = Repository.Fixture("adapters", "base-t5");

    [Fact]
    public async Task AMergedCheckpointIsWrittenAndNamed()
    {
        using var folder = new CommandFolder();
        Assert.Equal((0, folder["merged"] + "\n", ""), await folder.RunAsync("adapters", "merge", adapter, "--checkpoint", checkpoint, "--output", "merged"));
        CheckpointFolder.Open(folder["merged"]).LoadTransformer(META, ScalarType.Float32).Dispose();
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

    // What is stored in double precision stays so: a delta changes its last places, too.
    [Fact]
    public async Task AMergedCheckpointKeepsTheTypeOfItsBackbone()
    {
        using var folder = new CommandFolder();
        using var scope = NewDisposeScope();
        var stored = CheckpointFolder.Open(checkpoint);
        using (var wide = stored.LoadTransformer(CPU, ScalarType.Float64, trainable: true))
        {
            using var quiet = no_grad();
            foreach (var parameter in wide.NamedParameters.Values)
            {
                parameter.mul_(tensor(1.0 + 1e-12, ScalarType.Float64));
            }

            stored.Save(wide, folder["wide"]);
        }

        Assert.Equal(0, (await folder.RunAsync("adapters", "merge", adapter, "--checkpoint", "wide", "--output", "merged")).Code);
        using var before = SafeTensorsFile.Open(Path.Combine(folder["wide"], "model.safetensors"));
        using var after = SafeTensorsFile.Open(Path.Combine(folder["merged"], "model.safetensors"));
        Assert.All(after.Entries.Values, entry => Assert.Equal(ScalarType.Float64, entry.Type));
        var changed = before.Entries.Keys.Where(name => !before.Read(name).Equals(after.Read(name))).ToArray();
        Assert.InRange(changed.Length, 1, before.Entries.Count - 1);
    }

    [Fact]
    public async Task WhatAnAdapterAsksForAndNobodyKnowsIsSaid()
    {
        using var folder = new CommandFolder();
        Directory.CreateDirectory(folder["odd"]);
        File.Copy(Path.Combine(adapter, "adapter_model.safetensors"), folder["odd/adapter_model.safetensors"]);
        var config = File.ReadAllText(Path.Combine(adapter, "adapter_config.json")).Trim();
        folder.Write("odd/adapter_config.json", $"{config[..^1].TrimEnd()}, \"use_tomorrow\": true, \"use_never\": null }}");
        var (code, _, error) = await folder.RunAsync("adapters", "merge", "odd", "--checkpoint", checkpoint, "--output", "merged");
        Assert.Equal((0, $"Warning: Adapter '{folder["odd"]}' asks for 'use_tomorrow' true, which is not known here and passed over: its answers may not be those it was made to give.\n"), (code, error));
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
