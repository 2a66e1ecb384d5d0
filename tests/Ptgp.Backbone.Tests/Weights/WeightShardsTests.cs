using Ptgp.Backbone.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Weights;

public sealed class WeightShardsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(1000, "model.safetensors")]
    [InlineData(48, "model.safetensors")]
    [InlineData(47, "model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json")]
    [InlineData(30, "model-00001-of-00003.safetensors model-00002-of-00003.safetensors model-00003-of-00003.safetensors model.safetensors.index.json")]
    [InlineData(1, "model-00001-of-00003.safetensors model-00002-of-00003.safetensors model-00003-of-00003.safetensors model.safetensors.index.json")]
    public void FilesAreFilledInOrderUpToTheirSize(long size, string files)
    {
        var tensors = Tensors();
        WeightShards.Write(folder.Path, tensors, size);
        Assert.Equal(files, string.Join(' ', folder.Names));
        using var weights = WeightFiles.Open(folder.Path);
        Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), weights.Names.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in tensors)
        {
            Assert.True(tensor.equal(weights.Read(name)).all().item<bool>());
            Assert.Equal(tensor.dtype, weights[name].Type);
        }
    }

    // What the reference itself wrote for 14 kB a file, from the order and the sizes of its tensors.
    [Fact]
    public void TheIndexIsTheReferencesByteForByte()
    {
        var reference = Repository.Fixture("models", "formats", "safetensors-sharded");
        using var weights = WeightFiles.Open(reference);
        string[] order = ["model.embed_tokens.weight", .. new[] { 0, 1 }.SelectMany(layer => new[] { "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj", "input_layernorm", "post_attention_layernorm" }
            .Select(part => $"model.layers.{layer}.{part}.weight")), "model.norm.weight", "lm_head.weight"];
        WeightShards.Write(folder.Path, order.Select(name => KeyValuePair.Create(name, weights.Read(name))), 9000);
        foreach (var file in weights.Files.Append(WeightFiles.IndexFile))
        {
            Assert.Equal(File.ReadAllText(Path.Combine(reference, file)), File.ReadAllText(folder[file]));
        }
    }

    [Fact]
    public void AFullDiskLeavesTheOldFilesWhole()
    {
        AtomicFolder.Write(folder["saved"], beside => WeightShards.Write(beside, Tensors(), 30));
        var before = Directory.EnumerateFiles(folder["saved"]).ToDictionary(file => file, File.ReadAllBytes);
        for (var last = 0; last < 4; last++)
        {
            var made = 0;
            var fault = Assert.Throws<IOException>(() => AtomicFolder.Write(
                folder["saved"],
                beside => WeightShards.Write(beside, Tensors().ToDictionary(pair => pair.Key, pair => pair.Value + 1), 30, path => new FullDisk(File.Create(path), made++ == last ? 20 : 1 << 20))));
            Assert.EndsWith("What was there before is untouched.", fault.Message, StringComparison.Ordinal);
            Assert.Equal(before, Directory.EnumerateFiles(folder["saved"]).ToDictionary(file => file, File.ReadAllBytes));
            Assert.Equal(["saved"], folder.Names);
        }
    }

    [Fact]
    public void ANameThatIsThereTwiceIsRefused() =>
        Assert.Contains("'a' is there twice", Assert.Throws<ArgumentException>(() => WeightShards.Write(folder.Path, [KeyValuePair.Create("a", ones(2)), KeyValuePair.Create("a", ones(2))], 8)).Message, StringComparison.Ordinal);

    private static Dictionary<string, Tensor> Tensors() => new() { ["c"] = arange(4, dtype: float32), ["a"] = arange(12, dtype: bfloat16).reshape(4, 3).t(), ["b"] = tensor(3.0) };
}
