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
        Copy("bart", folder["model"]);
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

    [Fact]
    public async Task WhatItAsksForInVainIsSaid()
    {
        using var folder = new CommandFolder();
        Copy("gpt2", folder["model"]);
        var wishes = Path.Combine(folder["model"], "generation_config.json");
        File.WriteAllText(wishes, """{"guidance_scale": 4, "num_beam_groups": 1, "diversity_penalty": 0.0, "penalty_alpha": null, "bad_words_ids": [[5, 701]], "eos_token_id": 9000, "use_cache": true, "unheard_of": 2, "exponential_decay_length_penalty": [4, 1.5]}""");
        var (code, output, _) = await folder.RunAsync("models", "inspect", "model", "--json");
        var found = JsonNode.Parse(output)!;
        Assert.Equal((0, 4), (code, (int)found["generation"]!["exponentialDecayLengthPenalty"]!["start"]!));
        Assert.Equal(
            ["it asks to write with 'guidance_scale' 4, 'unheard_of' 2, which is not known and passed over", "eosTokenId holds 9000, but ids go from 0 to 700", "badWordsIds holds 701, but ids go from 0 to 700"],
            found["odd"]!.AsArray().Select(item => item!.ToString()));

        // Old checkpoints say it in config.json, among much else.
        File.Delete(wishes);
        var config = Path.Combine(folder["model"], "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Trim().TrimEnd('}') + """, "penalty_alpha": 0.6, "num_beam_groups": 1, "unheard_of": 2 }""");
        Assert.Equal(["it asks to write with 'penalty_alpha' 0.6, which is not known and passed over"],
            JsonNode.Parse((await folder.RunAsync("models", "inspect", "model", "--json")).Out)!["odd"]!.AsArray().Select(item => item!.ToString()));
    }

    [Fact]
    public async Task TheHeadItWasSavedWithIsSaid()
    {
        using var folder = new CommandFolder();
        var found = JsonNode.Parse((await folder.RunAsync("models", "inspect", Repository.Fixture("models", "bert-cased"), "--json")).Out)!;
        Assert.Equal(("[32, 32]", "[3, 32]"), ((string?)found["head"]!["pooler"], (string?)found["head"]!["classes"]));
        Assert.Equal(["negative", "neutral", "positive"], found["labels"]!.AsArray().Select(label => (string?)label));
        Assert.Contains("\nhead              pooler [32, 32], classes [3, 32]\n", (await folder.RunAsync("models", "inspect", Repository.Fixture("models", "bert-cased"))).Out, StringComparison.Ordinal);
        Assert.Null(JsonNode.Parse((await folder.RunAsync("models", "inspect", checkpoint, "--json")).Out)!["head"]);
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
        var fault = $"Checkpoint '{folder["model"]}' must hold config.json, but does not. Download the whole repository of the checkpoint.";
        Assert.Equal((1, "", fault + "\n"), await folder.RunAsync("models", "inspect", "model"));

        // A script gets an object, whatever is wrong.
        folder.Write("torn/config.json", "{");
        foreach (var (path, said) in new[] { ("model", fault), ("torn", "must be JSON") })
        {
            var (code, output, error) = await folder.RunAsync("models", "inspect", path, "--json");
            var found = JsonNode.Parse(output)!;
            Assert.Equal((1, "", false), (code, error, (bool)found["ok"]!));
            Assert.Contains(said, (string)found["missing"]![0]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WhatIsSomethingElseIsNamed()
    {
        using var folder = new CommandFolder();
        var adapter = Repository.Fixture("adapters", "gpt2-lora");
        Assert.Equal(
            (1, "", $"Checkpoint '{adapter}' must hold config.json, but holds adapter_config.json: it is an adapter. Name it as a task's adapter, beside the backbone it was made for, or merge it into that with 'ptgp adapters merge'.\n"),
            await folder.RunAsync("models", "inspect", adapter));
        var file = folder.Write("model.safetensors", "");
        Assert.Equal((1, "", $"Checkpoint '{file}' must be a folder, but is a file. Name the folder that holds it.\n"), await folder.RunAsync("models", "inspect", "model.safetensors"));
        Assert.Equal((1, "", "PATH must be a folder or a model that was pulled, but 'us/tiny' was not. Run 'ptgp models pull us/tiny'.\n"), await folder.RunAsync("models", "inspect", "hub:us/tiny"));
    }

    private static void Copy(string fixture, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Repository.Fixture("models", fixture)))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }
}
