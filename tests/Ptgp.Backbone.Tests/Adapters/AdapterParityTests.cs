using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

/// <summary>What PEFT saved does here what it does there: beside its base, merged into it, and saved again.</summary>
public class AdapterParityTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Writing => [.. LoadedAdapter.Writing];

    public static TheoryData<string> Merging => [.. LoadedAdapter.Merging];

    public static TheoryData<string> Refusing => [.. LoadedAdapter.Writing.Except(LoadedAdapter.Merging)];

    [Theory, MemberData(nameof(Writing))]
    public void LogitsAreTheReferences(string fixture)
    {
        using var loaded = new LoadedAdapter(fixture);
        using (no_grad())
        {
            Check(loaded.Difference(loaded.Logits(loaded.Transformer, loaded.Adapter), "logits"), "packed");
            Check(loaded.Difference(loaded.Logits(loaded.Transformer, null), "base_logits"), "base");
        }

        Check(loaded.Difference(loaded.Logits(loaded.Transformer, loaded.Adapter), "logits"), "plain");

        void Check(double difference, string form)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{fixture} {form} {difference:E1}");
            Assert.InRange(difference, 0, Tolerance);
        }
    }

    [Theory, MemberData(nameof(Merging))]
    public void MergedItAnswersTheSame(string fixture)
    {
        using var loaded = new LoadedAdapter(fixture);
        using var folder = new TemporaryFolder();
        Assert.Empty(AdapterMerge.Save(loaded.Folder, loaded.Path, folder["merged"]));
        var checkpoint = CheckpointFolder.Open(folder["merged"]);
        using var merged = checkpoint.LoadTransformer(CPU, ScalarType.Float32);
        using var quiet = no_grad();
        var logits = loaded.Logits(merged, null);
        TestContext.Current.TestOutputHelper?.WriteLine($"{fixture} merged {loaded.Difference(logits, "merged_logits"):E1}");
        Assert.InRange(loaded.Difference(logits, "merged_logits"), 0, Tolerance);
        Assert.InRange(loaded.Difference(logits, "logits"), 0, Tolerance);
    }

    [Theory, MemberData(nameof(Refusing))]
    public void WhatChangesNoWeightsIsNotMerged(string fixture)
    {
        using var loaded = new LoadedAdapter(fixture);
        using var folder = new TemporaryFolder();
        var fault = Assert.Throws<CheckpointException>(() => AdapterMerge.Save(loaded.Folder, loaded.Path, folder["merged"]));
        Assert.StartsWith("An adapter must change weights to be merged into them, but this one is a pr", fault.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }

    [Theory, MemberData(nameof(Writing))]
    public void WhatIsWrittenGreedilyIsTheReferences(string fixture)
    {
        using var loaded = new LoadedAdapter(fixture);
        using var quiet = inference_mode();
        using var merged = loaded.Folder.LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        merged.eval();
        if (LoadedAdapter.Merging.Contains(fixture))
        {
            AdapterMerge.Into(merged, loaded.Adapter);
        }

        Assert.All(loaded.Greedy(merged), each => Assert.Equal(each.Expected, each.Written));
        Assert.All(loaded.Greedy(merged, gathers: true), each => Assert.Equal(each.Expected, each.Written));
    }

    /// <summary>The reference counts padding between a prompt and an input as positions, so that its answers depend on the batch. Made to count so, ours are the same.</summary>
    [Fact]
    public void PaddingBehindAPromptIsWhatTellsAnswersApart()
    {
        using var loaded = new LoadedAdapter("llama-prompt");
        using var quiet = inference_mode();
        using var files = WeightFiles.Open(loaded.Folder.Path);
        var config = loaded.Folder.Config with { SkipsPadding = false };
        using var counting = new Transformer(config, new CheckpointParameters(loaded.Folder.Path, files, loaded.Folder.Family, config, CPU, ScalarType.Float32, isTrainable: false));
        counting.eval();
        var golden = JsonNode.Parse(File.ReadAllText(Path.Combine(loaded.Path, "golden", "generate.json")))![1]!;
        var (ids, mask, written) = (Matrix(golden["inputs"]!["input_ids"]!), Matrix(golden["inputs"]!["attention_mask"]!).to(ScalarType.Bool), Matrix(golden["sequences"]!));
        var answers = written.narrow(1, ids.size(1), written.size(1) - ids.size(1));
        var encoded = counting.Encode(counting.Embed(new() { Source = ids, Mask = mask }, loaded.Adapter), loaded.Adapter);
        var chosen = counting.Project(counting.Decode(encoded, answers, loaded.Adapter), loaded.Adapter).argmax(-1);
        Assert.Equal(answers.data<long>(), chosen.data<long>());

        static Tensor Matrix(JsonNode rows) => tensor(rows.AsArray().SelectMany(row => row!.AsArray().Select(id => (long)id!)).ToArray()).view(rows.AsArray().Count, -1);
    }

    [Theory, MemberData(nameof(Writing))]
    public void SavedAgainItIsWhatItWas(string fixture)
    {
        using var loaded = new LoadedAdapter(fixture);
        using var folder = new TemporaryFolder();
        loaded.Files.Save(loaded.Adapter, folder.Path);
        Assert.Equal(File.ReadAllBytes(Path.Combine(loaded.Path, "adapter_model.safetensors")), File.ReadAllBytes(folder["adapter_model.safetensors"]));
        Assert.True(JsonNode.DeepEquals(Config(loaded.Path), Config(folder.Path)));

        static JsonNode? Config(string path) => JsonNode.Parse(File.ReadAllText(Path.Combine(path, "adapter_config.json")));
    }

    [Theory, MemberData(nameof(Writing))]
    public void GradientsReachTheAdapterAndNothingElse(string fixture)
    {
        using var loaded = new LoadedAdapter(fixture);
        loaded.Transformer.train();
        loaded.Transformer.Dropout = 0;
        loaded.Logits(loaded.Transformer, loaded.Adapter).square().sum().backward();
        Assert.All(loaded.Transformer.parameters(), parameter => Assert.Null(parameter.grad));
        Assert.NotEmpty(loaded.Adapter.Weights);
        Assert.All(loaded.Adapter.Weights, weight => Assert.True(weight.Value.grad is { } grad && grad.abs().sum().item<float>() > 0, weight.Key));
    }

    [Theory, MemberData(nameof(Writing))]
    public void ABackboneOf16BitsAnswersNearly(string fixture)
    {
        using var loaded = new LoadedAdapter(fixture);
        using var narrow = loaded.Folder.LoadTransformer(CPU, ScalarType.BFloat16);
        Assert.Equal(ScalarType.BFloat16, loaded.Logits(narrow, loaded.Adapter).dtype);
        using var quiet = no_grad();
        using var fresh = new AdapterFolder(loaded.Folder, narrow).Load(loaded.Path);
        var (near, exact) = (loaded.Logits(narrow, fresh).to(float32), loaded.Logits(loaded.Transformer, loaded.Adapter));
        Assert.InRange(((near - exact).norm() / exact.norm()).item<float>(), 0, 0.1);
    }

    [Theory, MemberData(nameof(Writing))]
    public void WhetherItFitsIsFoundWithoutWeights(string fixture)
    {
        using var scope = NewDisposeScope();
        var folder = CheckpointFolder.Open(LoadedAdapter.Fixture("base-" + fixture.Split('-')[0]));
        using var shape = folder.LoadTransformer(META, ScalarType.Float32);
        using var adapter = new AdapterFolder(folder, shape).Load(LoadedAdapter.Fixture(fixture));
        Assert.All(adapter.parameters(), parameter => Assert.Equal(TorchSharp.DeviceType.META, parameter.device_type));
    }

    [Fact]
    public void ManyAdaptersShareABackbone()
    {
        using var first = new LoadedAdapter("llama-dora");
        using var second = new LoadedAdapter("llama-prompt");
        using var quiet = inference_mode();
        for (var time = 0; time < 2; time++)
        {
            Assert.InRange(first.Difference(first.Logits(first.Transformer, first.Adapter), "logits"), 0, Tolerance);
            Assert.InRange(second.Difference(second.Logits(first.Transformer, second.Adapter), "logits"), 0, Tolerance);
            Assert.InRange(first.Difference(first.Logits(first.Transformer, null), "base_logits"), 0, Tolerance);
        }
    }
}
