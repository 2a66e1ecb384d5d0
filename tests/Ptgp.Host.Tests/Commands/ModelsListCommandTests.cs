using System.Text.Json.Nodes;
using Ptgp.Host.Tests.Hub;

namespace Ptgp.Host.Tests.Commands;

public sealed class ModelsListCommandTests : IDisposable
{
    private static readonly string checkpoint = Repository.Fixture("models", "t5-v1_1");
    private readonly FakeHub hub = new();
    private readonly CommandFolder folder = new();

    public ModelsListCommandTests()
    {
        folder.Variables["HF_ENDPOINT"] = hub.Site.Address.ToString();
        foreach (var name in (string[])["config.json", "generation_config.json", "tokenizer.json", "model.safetensors"])
        {
            hub.Files[name] = File.ReadAllBytes(Path.Combine(checkpoint, name));
        }
    }

    private string Pulled => Path.Combine(folder["cache"], "models", "us--tiny", FakeHub.Commit);

    public void Dispose()
    {
        hub.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task WhatWasPulledIsListedAndCanBeABackbone()
    {
        Assert.Equal(0, (await folder.RunAsync("models", "pull", "us/tiny")).Code);
        var listed = await ListAsync();
        Assert.Equal(["base: model unreadable", "-: us/tiny@main whole t5"], listed.Select(Say));
        Assert.Equal((Pulled, FakeHub.Commit), ((string?)listed[1]!["path"], (string?)listed[1]!["commit"]));
        Assert.Equal(hub.Files.Where(file => file.Key is "config.json" or "generation_config.json" or "tokenizer.json" or "model.safetensors").Sum(file => file.Value.Length), (long)listed[1]!["bytes"]!);

        Name("hub:us/tiny");
        Assert.Equal(["base: us/tiny@main whole t5"], (await ListAsync()).Select(Say));
        Assert.Equal(0, (await folder.RunAsync("check")).Code);
        var text = (await folder.RunAsync("models", "list")).Out;
        Assert.Contains("| base     | us/tiny | t5 ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("':", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsThereInPartSaysHowMuchAndWhatToDo()
    {
        hub.Storage = request => FakeHub.Content(request, hub.Files["model.safetensors"]) with { CutAfter = 1000 };
        hub.Hub = request => request["Range"] is null ? null : new(404);
        Assert.Equal(1, (await folder.RunAsync("models", "pull", "us/tiny")).Code);
        Name("hub:us/tiny");
        var listed = Assert.Single(await ListAsync())!;
        Assert.Equal("base: us/tiny@main partial t5", Say(listed));
        Assert.Equal(hub.Files["model.safetensors"].Length - 1000, (long)listed["size"]! - (long)listed["bytes"]!);
        Assert.Equal("It must be whole. Run 'ptgp models pull us/tiny', which goes on from here.", (string?)listed["fault"]);

        var (code, _, error) = await folder.RunAsync("check");
        Assert.Equal((2, $"'{folder.Configuration}' has a fault:\n  backbones:base:checkpoint must name a model that was pulled, but 'us/tiny' is only in part in '{folder["cache"]}'. Run 'ptgp models pull us/tiny'.\n"), (code, error));
    }

    [Fact]
    public async Task WhatWasNotPulledIsListedAsMissingAndWhatWasPulledElsewhereByItsName()
    {
        Name("hub:us/tiny@v2");
        var listed = Assert.Single(await ListAsync())!;
        Assert.Equal("base: us/tiny@v2 missing", Say(listed));
        Assert.Equal("It must be pulled first. Run 'ptgp models pull us/tiny@v2'.", (string?)listed["fault"]);
        Assert.Contains("'base': It must be pulled first.", (await folder.RunAsync("models", "list")).Out, StringComparison.Ordinal);

        Assert.Equal(0, (await folder.RunAsync("models", "pull", "us/tiny@v2", "--to", "mine")).Code);
        Name("mine");
        Assert.Equal("base: us/tiny@v2 whole t5", Say(Assert.Single(await ListAsync())!));

        Name("nowhere");
        Assert.Equal("base: base missing", Say(Assert.Single(await ListAsync())!));
    }

    [Fact]
    public async Task AConfigurationThatDoesNotHoldHidesNothingOfTheCache()
    {
        Assert.Equal(0, (await folder.RunAsync("models", "pull", "us/tiny")).Code);
        folder.Write("ptgp.json", "{");
        var (code, output, error) = await folder.RunAsync("models", "list", "--json");
        Assert.Equal(0, code);
        Assert.StartsWith($"Warning: {folder.Configuration}(1,2): the file must be JSON", error, StringComparison.Ordinal);
        Assert.Equal("-: us/tiny@main whole t5", Say(JsonNode.Parse(output)!["models"]![0]!));
    }

    [Fact]
    public async Task WhereNothingIsKnownItIsNotSaidThatThereIsNothing()
    {
        folder.Write("ptgp.json", """{ "backbons": {} }""");
        var (code, output, error) = await folder.RunAsync("models", "list");
        Assert.Equal((0, $"None were pulled to '{folder["cache"]}', and what the configuration names is not known while it has faults.\n"), (code, output));
        Assert.Contains("Did you mean 'backbones'?", error, StringComparison.Ordinal);
    }

    private void Name(string checkpoint) =>
        folder.Write("ptgp.json", $$"""{ "backbones": { "base": { "checkpoint": "{{checkpoint}}" } }, "tasks": { "shout": { "plugin": "fake", "backbone": "base" } } }""");

    private async Task<JsonArray> ListAsync()
    {
        var (code, output, error) = await folder.RunAsync("models", "list", "--json");
        Assert.Equal((0, ""), (code, error));
        var found = JsonNode.Parse(output)!;
        Assert.Equal(folder["cache"], (string?)found["cache"]);
        return found["models"]!.AsArray();
    }

    private static string Say(JsonNode? model) =>
        $"{model!["backbone"] ?? "-"}: {model["name"]}{(model["revision"] is { } revision ? $"@{revision}" : "")} {model["state"]}{(model["family"] is { } family ? $" {family}" : "")}";
}
