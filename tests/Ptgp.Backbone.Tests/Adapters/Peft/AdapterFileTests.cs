using Ptgp.Backbone.Tests.Weights;

namespace Ptgp.Backbone.Tests.Adapters;

public class AdapterFileTests
{
    [Fact]
    public void TheOlderPickledFormIsReadWithoutRunningIt()
    {
        using var loaded = new LoadedAdapter("t5-prompt");
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(loaded.Path, "adapter_config.json"), folder["adapter_config.json"]);
        var rows = loaded.Adapter.Prompt!.Embeddings;
        var bytes = rows.data<float>().SelectMany(BitConverter.GetBytes).ToArray();
        folder.Write("adapter_model.bin", TorchBytes.Zip(
            ("a/data.pkl", TorchBytes.Pickle("}(", TorchBytes.Text("prompt_embeddings"), TorchBytes.Tensor("0", 192, 0, [8, 24], [24, 1]), "u")), ("a/data/0", bytes)));
        using var pickled = loaded.Files.Load(folder.Path);
        Assert.True(pickled.Prompt!.Embeddings.Equals(rows));
    }
}
