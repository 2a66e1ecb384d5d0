using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

public class BottleneckTests
{
    [Theory, InlineData(BottleneckPlacement.Houlsby, 10), InlineData(BottleneckPlacement.Pfeiffer, 5)]
    public void FreshOnesChangeNothingAndLearn(BottleneckPlacement placement, int count)
    {
        using var loaded = new LoadedAdapter("t5-lora");
        using Adapter fresh = new(loaded.Transformer, placement, narrow: 6, seed: 3);
        Assert.Equal(count, fresh.Bottlenecks.Count);
        var logits = loaded.Logits(loaded.Transformer, fresh);
        Assert.InRange(loaded.Difference(logits, "base_logits"), 0, 1e-4);
        logits.sum().backward();
        // The way up is 0 at first, so that the way down has no gradient yet.
        Assert.All(fresh.Bottlenecks, one => Assert.True(one.Value.Up.grad!.abs().sum().item<float>() > 0, one.Key));
        Assert.All(loaded.Transformer.parameters(), parameter => Assert.Null(parameter.grad));
    }

    [Theory, InlineData(BottleneckPlacement.Houlsby), InlineData(BottleneckPlacement.Pfeiffer)]
    public void EachAddsWhatItsFormulaSays(BottleneckPlacement placement)
    {
        using var loaded = new LoadedAdapter("t5-lora");
        using var adapter = Alive(loaded.Transformer, placement);
        var one = adapter.Bottlenecks["encoder.layers.0.feed_forward"];
        var y = randn(2, 24);
        var expected = y + nn.functional.relu(y.mm(one.Down.t()) + one.DownBias).mm(one.Up.t()) + one.UpBias;
        Assert.InRange(Model.Loaded.Difference(one.Forward(y), expected), 0, 1e-5);
        loaded.Logits(loaded.Transformer, adapter).square().sum().backward();
        Assert.All(adapter.Weights, weight => Assert.True(weight.Value.grad!.abs().sum().item<float>() > 0, weight.Key));
    }

    [Theory, InlineData(BottleneckPlacement.Houlsby), InlineData(BottleneckPlacement.Pfeiffer)]
    public void TheyAreSavedAndComeBack(BottleneckPlacement placement)
    {
        using var loaded = new LoadedAdapter("t5-lora");
        using var folder = new TemporaryFolder();
        using var adapter = Alive(loaded.Transformer, placement, Activation.Silu);
        loaded.Files.Save(adapter, folder.Path);
        Assert.True(AdapterFolder.IsAdapter(folder.Path));
        var form = JsonNode.Parse(File.ReadAllText(folder["adapter_config.json"]))!["config"]!;
        Assert.Equal((placement == BottleneckPlacement.Houlsby, true, 4, "silu"), ((bool)form["mh_adapter"]!, (bool)form["output_adapter"]!, (int)form["reduction_factor"]!, (string?)form["non_linearity"]));
        using var back = loaded.Files.Load(folder.Path);
        using var quiet = no_grad();
        Assert.True(loaded.Logits(loaded.Transformer, adapter).Equals(loaded.Logits(loaded.Transformer, back)));
        using var again = new TemporaryFolder();
        loaded.Files.Save(back, again.Path);
        Assert.Equal(File.ReadAllBytes(folder["adapter_model.safetensors"]), File.ReadAllBytes(again["adapter_model.safetensors"]));

        using var other = new LoadedAdapter("llama-dora");
        Assert.Equal(
            $"Adapter '{folder["adapter_model.safetensors"]}' has a tensor 'encoder.layers.0.feed_forward.adapters.ptgp.adapter_down.0.bias', for which this backbone has no place. Name the backbone that it was made for.",
            Assert.Throws<CheckpointException>(() => other.Files.Load(folder.Path)).Message);
        var fault = Assert.Throws<CheckpointException>(() => AdapterMerge.Save(loaded.Folder, folder.Path, again["merged"]));
        Assert.Equal("An adapter must change weights to be merged into them, but this one is bottlenecks. Use it beside its backbone.", fault.Message);
    }

    /// <summary>Makes bottlenecks whose every number is alive.</summary>
    public static Adapter Alive(Transformer transformer, BottleneckPlacement placement, Activation activation = Activation.Relu)
    {
        Adapter adapter = new(transformer, placement, narrow: 6, seed: 3, activation);
        using var quiet = no_grad();
        using var generator = new Generator(11);
        foreach (var (_, weight) in adapter.Weights)
        {
            using var scope = NewDisposeScope();
            weight.copy_(randn(weight.shape, generator: generator) * 0.3);
        }

        return adapter;
    }
}
