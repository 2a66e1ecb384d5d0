using Ptgp.Backbone.Tests.Model;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Weights;

/// <summary>One set of weights in every form in which it is found.</summary>
public class FormatsTests
{
    public static TheoryData<string, string, double> Forms => new()
    {
        { "safetensors-sharded", "safetensors", 0 },
        { "safetensors-bf16", "safetensors", Math.Pow(2, -8) },
        { "safetensors-f16", "safetensors", Math.Pow(2, -11) },
        { "safetensors-mixed", "safetensors", Math.Pow(2, -8) },
        { "bin", "safetensors", 0 },
        { "bin-sharded", "safetensors", 0 },
        { "bin-legacy", "safetensors", 0 },
        { "bin-protocol4", "safetensors", 0 },
        { "bin-parameters", "safetensors", 0 },
        { "bin-views", "safetensors", 0 },
        { "bin-views-legacy", "safetensors", 0 },
        { "bin-bf16", "safetensors-bf16", 0 },
        { "bin-f16", "safetensors-f16", 0 },
        { "tied-bin", "tied-safetensors", 0 },
        { "tied-both-names", "tied-safetensors", 0 },
        { "gpt2-base-names", "gpt2-prefixed", 0 },
    };

    [Theory, MemberData(nameof(Forms))]
    public void EachFormHoldsTheSameTensors(string form, string reference, double relative)
    {
        using var scope = NewDisposeScope();
        using var weights = Open(form);
        using var plain = Open(reference);
        foreach (var name in plain.Names)
        {
            var found = weights.Contains(name) ? name : name["transformer.".Length..];
            var (tensor, wanted) = (weights.Read(found), plain.Read(name));
            Assert.Equal(wanted.shape, tensor.shape);
            Assert.True(tensor.is_contiguous());
            Assert.True(relative > 0 || tensor.dtype == wanted.dtype);
            var (got, expected) = (tensor.to(float64), wanted.to(float64));
            var error = ((got - expected).abs() - (expected.abs() * relative)).max().item<double>();
            Assert.True(error <= 1e-7 * Math.Sign(relative), $"{name} differs by {error}.");
        }
    }

    public static TheoryData<string> Folders => [.. Directory.EnumerateDirectories(Repository.Fixture("models", "formats")).Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("golden" or "hostile"))];

    [Theory, MemberData(nameof(Folders))]
    public void EachFormAnswersAsTheReferenceDoes(string form)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        using var golden = SafeTensorsFile.Open(Repository.Fixture("models", "formats", "golden", "forward.safetensors"));
        var checkpoint = CheckpointFolder.Open(Repository.Fixture("models", "formats", form));
        Assert.Empty(checkpoint.Verify().Unread);
        using var transformer = checkpoint.LoadTransformer(CPU, ScalarType.Float32);
        var mask = golden.Read("attention_mask");
        var states = transformer.Encode(transformer.Embed(new() { Source = golden.Read("input_ids"), Mask = mask.to(ScalarType.Bool) })).States;
        Assert.InRange(Loaded.Difference(transformer.Project(states), golden.Read($"logits.{form}"), mask), 0, 1e-4);
    }

    [Fact]
    public void AllFormsAreTried()
    {
        string[] tried = [.. Forms.SelectMany(row => new[] { row.Data.Item1, row.Data.Item2 }).Distinct().Order(StringComparer.Ordinal)];
        string[] there = [.. Directory.EnumerateDirectories(Repository.Fixture("models", "formats")).Select(folder => Path.GetFileName(folder)!).Where(name => name is not ("golden" or "hostile")).Order(StringComparer.Ordinal)];
        Assert.Equal(there, tried);
        Assert.Equal(19, there.Length);
    }

    // Stored once, under two names: reading both costs no second copy.
    [Fact]
    public void NamesOfOneStorageShareItsMemory()
    {
        using var weights = Open("tied-bin");
        Assert.Equal(weights["model.embed_tokens.weight"].Offset, weights["lm_head.weight"].Offset);
    }

    private static WeightFiles Open(string form) => WeightFiles.Open(Repository.Fixture("models", "formats", form));
}
