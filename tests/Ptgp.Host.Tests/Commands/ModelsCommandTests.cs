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
        Assert.Equal(("safetensors", 1, "unigram"), ((string?)found["format"], (int)found["files"]!, (string?)found["tokenizer"]));
        Assert.Equal((4 * (long)found["parameters"]!, 0), ((long)found["memory"]!["float32"]!, found["missing"]!.AsArray().Count + found["odd"]!.AsArray().Count));
        Assert.Equal(0, (int)found["specialTokens"]!["</s>"]!);
        Assert.True((bool)found["ok"]!);
        Assert.Contains("family            marian\n", (await folder.RunAsync("models", "inspect", checkpoint)).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bin-sharded", "pickle", 4, "F32")]
    [InlineData("bin-bf16", "pickle", 1, "BF16")]
    [InlineData("safetensors-mixed", "safetensors", 1, "BF16 F16 F32 F64")]
    public async Task EachFormIsDescribedAndWhatIsMissingIsNamed(string form, string format, int files, string dtypes)
    {
        using var folder = new CommandFolder();
        foreach (var file in Directory.EnumerateFiles(Repository.Fixture("models", "formats", form)))
        {
            Directory.CreateDirectory(folder["model"]);
            File.Copy(file, Path.Combine(folder["model"], Path.GetFileName(file)));
        }

        // What lacks its tokenizer is described as far as it goes, but cannot be used: that is a failure to a script.
        var (code, output, error) = await folder.RunAsync("models", "inspect", "model", "--json");
        Assert.Equal((1, ""), (code, error));
        var found = JsonNode.Parse(output)!;
        Assert.False((bool)found["ok"]!);
        Assert.Equal((format, files, dtypes), ((string?)found["format"], (int)found["files"]!, string.Join(' ', found["dtypes"]!.AsArray())));
        Assert.Equal(7120, (long)found["parameters"]!);
        Assert.Contains(found["missing"]!.AsArray(), fault => fault!.ToString().Contains("tokenizer.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatIsOddIsSaid()
    {
        using var folder = new CommandFolder();
        Directory.CreateDirectory(folder["model"]);
        foreach (var file in Directory.EnumerateFiles(Repository.Fixture("models", "bart")))
        {
            File.Copy(file, Path.Combine(folder["model"], Path.GetFileName(file)));
        }

        var config = Path.Combine(folder["model"], "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"float32\"", "\"bfloat16\"", StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder["model"], "pytorch_model.bin"), "");
        File.Delete(Path.Combine(folder["model"], "generation_config.json"));
        var (code, output, _) = await folder.RunAsync("models", "inspect", "model", "--json");
        Assert.Equal(0, code);
        var found = JsonNode.Parse(output)!;
        Assert.Equal(
            ["config.json says that the weights are BF16, but they are F32", "pytorch_model.bin lies beside the weights that are read"],
            found["odd"]!.AsArray().Select(item => item!.ToString()));
        Assert.Equal(["generation_config.json; defaults of writing are those of config.json"], found["missing"]!.AsArray().Select(item => item!.ToString()));
    }

    [Theory]
    [InlineData("bert", "word-piece")]
    [InlineData("bert-cased", "word-piece")]
    [InlineData("gpt2", "byte-pair")]
    [InlineData("nllb", "byte-pair")]
    public async Task WhatTheReferenceSavedHasNothingOdd(string fixture, string tokenizer)
    {
        using var folder = new CommandFolder();
        var (code, output, _) = await folder.RunAsync("models", "inspect", Repository.Fixture("models", fixture), "--json");
        var found = JsonNode.Parse(output)!;
        Assert.Equal((0, tokenizer, true), (code, (string?)found["tokenizer"], (bool)found["ok"]!));
        Assert.Empty(found["missing"]!.AsArray().Concat(found["odd"]!.AsArray()));
    }

    [Fact]
    public async Task WhatIsNoCheckpointIsAFailure()
    {
        using var folder = new CommandFolder();
        Assert.Equal((1, "", $"Checkpoint '{folder["model"]}' must hold config.json, but does not. Download the whole repository of the checkpoint.\n"), await folder.RunAsync("models", "inspect", "model"));
    }
}
