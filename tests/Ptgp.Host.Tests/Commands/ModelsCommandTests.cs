using System.Text.Json.Nodes;
using Ptgp.Tests;

namespace Ptgp.Host.Tests.Commands;

public sealed class ModelsCommandTests
{
    private static readonly string checkpoint = Path.Combine(Repository.Root, "models", "multi30k-en-de-marian");

    [Fact]
    public async Task ACheckpointIsDescribedWithoutItsWeights()
    {
        using var folder = new CommandFolder();
        var (code, output, error) = await folder.RunAsync("models", "inspect", checkpoint, "--json");
        Assert.Equal((0, ""), (code, error));
        var found = JsonNode.Parse(output)!;
        Assert.Equal(("marian", 256, 3, 8001, 4), ((string?)found["family"], (int)found["width"]!, (int)found["decoderLayers"]!, (int)found["vocabulary"]!, (int)found["generation"]!["numBeams"]!));
        Assert.Contains("family           marian\n", (await folder.RunAsync("models", "inspect", checkpoint)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNoCheckpointIsAFailure()
    {
        using var folder = new CommandFolder();
        Assert.Equal((1, "", $"Checkpoint '{folder["model"]}' must hold config.json, but does not. Download the whole repository of the checkpoint.\n"), await folder.RunAsync("models", "inspect", "model"));
    }
}
