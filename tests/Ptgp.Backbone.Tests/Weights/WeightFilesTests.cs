using Ptgp.Backbone.Weights;
using Ptgp.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Weights;

public sealed class WeightFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void ASingleFileIsRead()
    {
        using var weights = WeightFiles.Open(Repository.Fixture("models", "bart"));
        Assert.Contains("model.shared.weight", weights.Names);
        Assert.True(weights.Contains("model.shared.weight"));
        Assert.Equal(weights["model.shared.weight"].Shape, weights.Read("model.shared.weight").shape);
    }

    [Fact]
    public void SeveralFilesAreReadAsOne()
    {
        WriteShards();
        WriteIndex("""{"metadata":{"total_size":20},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");
        using var weights = WeightFiles.Open(folder.Path);
        Assert.Equal(["a", "b"], weights.Names.Order(StringComparer.Ordinal));
        Assert.Equal(2f, weights.Read("a").sum().item<float>());
        Assert.Equal(3f, weights.Read("b").sum().item<float>());
        Assert.Equal($"Checkpoint '{folder.Path}' has no tensor 'c'.", Assert.Throws<CheckpointException>(() => weights.Read("c")).Message);
    }

    [Theory]
    [InlineData("../one.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("inner/../../one.safetensors")]
    [InlineData("..\\\\one.safetensors")]
    [InlineData("C:one.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    public void NoFileOutsideTheFolderIsRead(string file)
    {
        WriteIndex($$$"""{"weight_map":{"a":"{{{file}}}"}}""");
        Assert.Equal(
            $"'{folder[WeightFiles.IndexFile]}' puts tensor 'a' into '{file.Replace("\\\\", "\\", StringComparison.Ordinal)}', which must be the name of a file in the same folder.",
            Fault());
    }

    [Theory]
    [InlineData("{", "must be a JSON object")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{}", "must be a JSON object")]
    [InlineData("""{"weight_map":{"a":1}}""", "must be a JSON object")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}""", "names tensor 'a' twice")]
    [InlineData("""{"weight_map":{"b":"one.safetensors"}}""", "says that 'one.safetensors' holds tensor 'b', but it does not")]
    public void AFaultyIndexIsNamed(string index, string fault)
    {
        WriteShards();
        WriteIndex(index);
        Assert.StartsWith($"'{folder[WeightFiles.IndexFile]}' {fault}", Fault(), StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingShardIsNamed()
    {
        WriteIndex("""{"weight_map":{"a":"one.safetensors"}}""");
        Assert.Equal($"Weights file '{folder["one.safetensors"]}' does not exist.", Fault());
    }

    [Fact]
    public void AFolderWithoutWeightsSaysWhatItHoldsInstead()
    {
        Assert.Equal($"Checkpoint folder '{folder.Path}' has no weights: it must hold 'model.safetensors' or 'model.safetensors.index.json', or else 'pytorch_model.bin' or its index.", Fault());
        File.WriteAllText(folder["tf_model.h5"], "");
        Assert.EndsWith(" It holds 'tf_model.h5', which is not read; take the safetensors form of this checkpoint.", Fault(), StringComparison.Ordinal);
        var missing = folder["missing"];
        Assert.Equal($"Checkpoint folder '{missing}' does not exist.", Assert.Throws<CheckpointException>(() => WeightFiles.Open(missing)).Message);
    }

    [Fact]
    public void SafetensorsArePreferredToAPickle()
    {
        folder.Write("pytorch_model.bin", TorchBytes.Zip(("a/data.pkl", TorchBytes.Pickle("}(", TorchBytes.Text("pickled"), TorchBytes.Tensor("0", 1, 0, [1], [1]), "u")), ("a/data/0", new byte[4])));
        using (var weights = WeightFiles.Open(folder.Path))
        {
            Assert.Equal(["pickled"], weights.Names);
            Assert.Equal("pickle", weights.Format);
        }

        WriteShards();
        WriteIndex("""{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");
        using (var weights = WeightFiles.Open(folder.Path))
        {
            Assert.Equal(["a", "b"], weights.Names.Order(StringComparer.Ordinal));
            Assert.Equal("safetensors", weights.Format);
            Assert.Equal(["one.safetensors", "two.safetensors"], weights.Files.Order(StringComparer.Ordinal));
            Assert.Equal("two.safetensors", weights.FileOf("b"));
        }
    }

    private void WriteShards()
    {
        SafeTensorsWriter.Write(folder["one.safetensors"], [KeyValuePair.Create("a", ones(2))]);
        SafeTensorsWriter.Write(folder["two.safetensors"], [KeyValuePair.Create("b", ones(3))]);
    }

    private void WriteIndex(string json) => File.WriteAllText(folder[WeightFiles.IndexFile], json);

    private string Fault() => Assert.Throws<CheckpointException>(() => WeightFiles.Open(folder.Path)).Message;
}
