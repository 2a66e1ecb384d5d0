using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

/// <summary>An adapter of an encoder brings its head, which whoever has the task asks for by name.</summary>
public class AdaptedHeadTests
{
    private const double Tolerance = 1e-4;

    [Theory, InlineData("bert-lora-classifier", "classifier"), InlineData("bert-lora-qa", "qa_outputs")]
    public void LogitsAreTheReferences(string fixture, string head)
    {
        using var loaded = new LoadedAdapter(fixture);
        Assert.Equal([head + ".bias", head + ".weight"], loaded.Adapter.Heads.Keys.Order(StringComparer.Ordinal));
        Check(loaded, Logits(loaded, loaded.Transformer, loaded.Adapter, head), "logits");
        using var quiet = no_grad();
        Check(loaded, Logits(loaded, loaded.Transformer, loaded.Adapter, head), "logits");
    }

    [Theory, InlineData("bert-lora-classifier", "classifier"), InlineData("bert-lora-qa", "qa_outputs")]
    public void MergedItAnswersTheSameAndTheHeadStays(string fixture, string head)
    {
        using var loaded = new LoadedAdapter(fixture);
        using var folder = new TemporaryFolder();
        Assert.Equal([head + ".bias", head + ".weight"], AdapterMerge.Save(loaded.Folder, loaded.Path, folder["merged"]));
        using var merged = CheckpointFolder.Open(folder["merged"]).LoadTransformer(CPU, ScalarType.Float32);
        using var quiet = no_grad();
        Check(loaded, Logits(loaded, merged, null, head), "merged_logits");
    }

    [Theory, InlineData("bert-lora-classifier"), InlineData("bert-lora-qa")]
    public void SavedAgainItIsWhatItWas(string fixture)
    {
        using var loaded = new LoadedAdapter(fixture);
        using var folder = new TemporaryFolder();
        loaded.Files.Save(loaded.Adapter, folder.Path);
        Assert.Equal(File.ReadAllBytes(Path.Combine(loaded.Path, "adapter_model.safetensors")), File.ReadAllBytes(folder["adapter_model.safetensors"]));
        Assert.True(JsonNode.DeepEquals(Config(loaded.Path), Config(folder.Path)));

        static JsonNode? Config(string path) => JsonNode.Parse(File.ReadAllText(Path.Combine(path, "adapter_config.json")));
    }

    [Theory, InlineData("bert-lora-classifier", "classifier"), InlineData("bert-lora-qa", "qa_outputs")]
    public void GradientsReachTheAdapterItsBiasesAndItsHead(string fixture, string head)
    {
        using var loaded = new LoadedAdapter(fixture);
        Logits(loaded, loaded.Transformer, loaded.Adapter, head).square().sum().backward();
        Assert.All(loaded.Transformer.parameters(), parameter => Assert.Null(parameter.grad));
        // A bias of keys moves all scores of a query alike, and so nothing.
        Assert.All(
            loaded.Adapter.Weights.Where(weight => !weight.Key.EndsWith("self_attention.k.bias", StringComparison.Ordinal)),
            weight => Assert.True(weight.Value.grad is { } grad && grad.abs().sum().item<float>() > 0, weight.Key));
    }

    // [batch, labels] of whole texts, or [batch, length, 2] of spans.
    private static Tensor Logits(LoadedAdapter loaded, Transformer transformer, Adapter? adapter, string head)
    {
        var states = transformer.Encode(transformer.Embed(loaded.Batch, adapter), adapter).States;
        return nn.functional.linear(
            head == "classifier" ? loaded.Folder.LoadHead(CPU)!.Pool(states) : states, loaded.Adapter.Heads[head + ".weight"], loaded.Adapter.Heads[head + ".bias"]);
    }

    private static void Check(LoadedAdapter loaded, Tensor logits, string golden)
    {
        var difference = Model.Loaded.Difference(logits, loaded.Golden(golden), logits.dim() == 3 ? loaded.Batch.Mask : null);
        TestContext.Current.TestOutputHelper?.WriteLine($"{loaded.Path} {golden} {difference:E1}");
        Assert.InRange(difference, 0, Tolerance);
    }
}
