using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

/// <summary>What is broken, of another backbone or beyond Ptgp is refused for what it is, in a bounded time.</summary>
public sealed class HostileAdapterTests : IDisposable
{
    private const string Query = "base_model.model.model.layers.0.self_attn.q_proj";

    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly TemporaryFolder folder = new();
    private readonly LoadedAdapter llama = new("llama-lora-patterns");

    public void Dispose()
    {
        llama.Dispose();
        folder.Dispose();
        scope.Dispose();
    }

    [Theory]
    [InlineData("llama-lora-patterns", "r", "0", "'r' must be at least 1")]
    [InlineData("llama-lora-patterns", "r", "5", "'model.layers.0.self_attn.q_proj' A must be [5, 24] by adapter_config.json, but is F32 [4, 24]")]
    [InlineData("llama-lora-patterns", "bias", "\"all\"", "'bias' must be none or lora_only, but is all")]
    [InlineData("llama-lora-patterns", "lora_dropout", "1", "'lora_dropout' must be from 0 up to but not including 1, but is 1")]
    [InlineData("llama-lora-patterns", "lora_dropout", "-0.1", "'lora_dropout' must be from 0 up to but not including 1, but is -0.1")]
    [InlineData("llama-lora-patterns", "lora_dropout", "\"much\"", "'lora_dropout' must be a number")]
    [InlineData("llama-lora-patterns", "target_modules", "[\"q_proj\"]", "has deltas for 'model.layers.0.self_attn.k_proj', which adapter_config.json does not name")]
    [InlineData("llama-lora-patterns", "target_modules", "[\"q_proj\", \"k_proj\", \"v_proj\", \"up_proj\"]", "adapter_config.json names 'model.layers.0.self_attn.v_proj', but there is nothing for it")]
    [InlineData("llama-lora-patterns", "target_modules", "{}", "which adapter_config.json does not name", true)]
    [InlineData("llama-lora-patterns", "target_modules", "[1]", "'target_modules' must be a text or a list of texts, but is [1]")]
    [InlineData("llama-lora-patterns", "exclude_modules", "[\"up_proj\"]", "has deltas for 'model.layers.0.mlp.up_proj', which adapter_config.json does not name")]
    [InlineData("llama-lora-patterns", "rank_pattern", "[2]", "'rank_pattern' must be numbers by modules' names")]
    [InlineData("llama-lora-patterns", "rank_pattern", "{\"(a\": 2}", "'rank_pattern' must name modules by regular expressions of modest size")]
    [InlineData("llama-lora-patterns", "alpha_pattern", "{\"(?=x)x\": 2}", "'alpha_pattern' must name modules by regular expressions of modest size")]
    [InlineData("llama-lora-patterns", "alpha_pattern", "{\"(((a{1,900}){1,900}){1,900}){1,900}\": 2}", "'alpha_pattern' must name modules by regular expressions of modest size")]
    [InlineData("llama-lora-patterns", "use_dora", "true", "must have a tensor 'base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector', but has none")]
    [InlineData("llama-lora-patterns", "lora_bias", "true", "'lora_bias' must be absent")]
    [InlineData("llama-lora-patterns", "target_parameters", "[\"experts.w\"]", "'target_parameters' must be absent")]
    [InlineData("llama-lora-patterns", "init_lora_weights", "\"pissa_niter_16\"", "'init_lora_weights' must leave the base's weights alone, but is 'pissa_niter_16'")]
    [InlineData("llama-lora-patterns", "peft_type", "\"LOHA\"", "'peft_type' must be LORA, IA3, PROMPT_TUNING or PREFIX_TUNING, but is 'LOHA'")]
    [InlineData("llama-lora-patterns", "peft_type", "\"IA3\"", "lora_A.weight', for which this backbone has no place")]
    [InlineData("llama-lora-patterns", "peft_type", "\"PREFIX_TUNING\"", "must have 'num_virtual_tokens'")]
    [InlineData("llama-lora-embedding", "modules_to_save", "[]", "has a tensor 'base_model.model.lm_head.weight', for which this backbone has no place")]
    [InlineData("llama-lora-embedding", "use_dora", "true", "learns magnitudes ('use_dora') of the embeddings")]
    [InlineData("llama-prompt", "num_virtual_tokens", "2000000000", "'prompt_embeddings' must be [2000000000, 24], but is F32 [3, 24]")]
    [InlineData("llama-prompt", "num_virtual_tokens", "-1", "'num_virtual_tokens' must be at least 1, but is -1")]
    public void AConfigurationThatDoesNotHoldIsNamed(string fixture, string field, string value, string fault, bool loads = false)
    {
        Copy(fixture);
        var config = JsonNode.Parse(File.ReadAllText(folder["adapter_config.json"]))!.AsObject();
        config[field] = JsonNode.Parse(value);
        folder.Write("adapter_config.json", config.ToJsonString());
        if (loads)
        {
            // A configuration that names no modules leaves it to the tensors.
            llama.Files.Load(folder.Path).Dispose();
            return;
        }

        Assert.Contains(fault, Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnExpressionThatExplodesElsewhereTakesNoTimeHere()
    {
        Copy("t5-lora-regex");
        var config = JsonNode.Parse(File.ReadAllText(folder["adapter_config.json"]))!.AsObject();
        config["target_modules"] = "(([a-zA-Z0-9.])+)+!";
        folder.Write("adapter_config.json", config.ToJsonString());
        using var t5 = new LoadedAdapter("t5-lora");
        Assert.Contains("which adapter_config.json does not name", Assert.Throws<CheckpointException>(() => t5.Files.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("t5-lora"), InlineData("t5-ia3"), InlineData("t5-prefix"), InlineData("gpt2-lora"), InlineData("llama-dora")]
    public void AnAdapterOfAnotherBackboneIsRefused(string fixture)
    {
        using var other = new LoadedAdapter(fixture == "llama-dora" ? "gpt2-lora" : "llama-dora");
        var fault = Assert.Throws<CheckpointException>(() => other.Files.Load(LoadedAdapter.Fixture(fixture))).Message;
        Assert.Contains("backbone", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void TensorsThatDoNotFitAreNamed()
    {
        Assert.Contains($"'{Query}.lora_A.weight', for which", Changed(tensors => tensors[Query + "x.lora_A.weight"] = zeros(4, 24)).Replace("q_projx", "q_proj", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("must have an A and a B, but has one of them only", Changed(tensors => tensors.Remove(Query + ".lora_B.weight")), StringComparison.Ordinal);
        Assert.Contains("A must be [rank, 24] and B [24, rank], but they are F32 [4, 25] and F32 [24, 4]", Changed(tensors => tensors[Query + ".lora_A.weight"] = zeros(4, 25)), StringComparison.Ordinal);
        Assert.Contains("A must be [rank, 24] and B [24, rank], but they are F32 [] and F32 [24, 4]", Changed(tensors => tensors[Query + ".lora_A.weight"] = zeros([])), StringComparison.Ordinal);
        Assert.Contains("must hold deltas, but holds no tensor", Changed(tensors => tensors.Clear(), config => config["target_modules"] = null), StringComparison.Ordinal);
        Assert.Contains("cut short", Cut(), StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyTablesAndHeadsAreReplacedWhole()
    {
        var fault = Changed(
            tensors => tensors["base_model.model.model.norm.weight"] = zeros(24), config => config["modules_to_save"] = new JsonArray("norm"));
        Assert.Contains("'modules_to_save' must name embeddings, the output layer or heads, but 'model.norm.weight' is another part of the backbone", fault, StringComparison.Ordinal);
    }

    private string Changed(Action<Dictionary<string, Tensor>> change, Action<JsonObject>? changeConfig = null)
    {
        Copy("llama-lora-patterns");
        Dictionary<string, Tensor> tensors;
        using (var file = SafeTensorsFile.Open(folder["adapter_model.safetensors"]))
        {
            tensors = file.Entries.Keys.ToDictionary(name => name, name => file.Read(name).clone());
        }

        change(tensors);
        SafeTensorsWriter.Write(folder["adapter_model.safetensors"], tensors);
        var config = JsonNode.Parse(File.ReadAllText(folder["adapter_config.json"]))!.AsObject();
        changeConfig?.Invoke(config);
        folder.Write("adapter_config.json", config.ToJsonString());
        return Fault();
    }

    private string Cut()
    {
        Copy("llama-lora-patterns");
        var bytes = File.ReadAllBytes(folder["adapter_model.safetensors"]);
        folder.Write("adapter_model.safetensors", bytes[..100]);
        return Fault();
    }

    private string Fault() => Assert.Throws<CheckpointException>(() => llama.Files.Load(folder.Path)).Message;

    private void Copy(string fixture)
    {
        foreach (var file in Directory.GetFiles(LoadedAdapter.Fixture(fixture)))
        {
            folder.Write(Path.GetFileName(file), File.ReadAllBytes(file));
        }
    }
}
