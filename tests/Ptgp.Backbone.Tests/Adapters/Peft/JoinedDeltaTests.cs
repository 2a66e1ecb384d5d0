using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

/// <summary>GPT-2 stores queries, keys and values as one module, which is one to PEFT as well.</summary>
public sealed class JoinedDeltaTests : IDisposable
{
    private const string First = "base_model.model.transformer.h.0.attn.c_attn";

    private readonly LoadedAdapter gpt2 = new("gpt2-lora");
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        folder.Dispose();
        gpt2.Dispose();
    }

    [Fact]
    public void WhatIsStoredAsOneIsDrawnAsOne()
    {
        using var adapter = gpt2.Files.Draw(AdapterTargets.Find(gpt2.Transformer.NamedParameters.Keys, ["q", "down"]), rank: 4, alpha: 8, seed: 1);
        Assert.Equal(8, adapter.Deltas.Count);
        // Of each layer A once and B thrice of attention, and both of what is down.
        Assert.Equal(2 * (1 + 3 + 2), adapter.Weights.Count());
        CheckRoundTrip(adapter);
        using var file = SafeTensorsFile.Open(folder["adapter_model.safetensors"]);
        Assert.Equal(("F32 [4, 24]", "F32 [72, 4]"), (file.Entries[First + ".lora_A.weight"].ToString(), file.Entries[First + ".lora_B.weight"].ToString()));
        var config = JsonNode.Parse(File.ReadAllText(folder["adapter_config.json"]))!;
        Assert.Equal(("CAUSAL_LM", true, 4), ((string?)config["task_type"], (bool)config["fan_in_fan_out"]!, (int)config["r"]!));
    }

    [Fact]
    public void PartsWithAnAOfTheirOwnAreJoinedWithoutTouchingEachOther()
    {
        string[] paths = ["decoder.layers.0.self_attention.q", "decoder.layers.0.self_attention.v"];
        using Adapter q = new(gpt2.Transformer, [paths[0]], rank: 2, alpha: 4, seed: 1), v = new(gpt2.Transformer, [paths[1]], rank: 3, alpha: 9, seed: 2);
        using Adapter adapter = new(new AdapterParts { Deltas = q.Deltas.Concat(v.Deltas).ToDictionary() });
        CheckRoundTrip(adapter);
        using var file = SafeTensorsFile.Open(folder["adapter_model.safetensors"]);
        Assert.Equal("F32 [5, 24]", file.Entries[First + ".lora_A.weight"].ToString());
    }

    private void CheckRoundTrip(Adapter adapter)
    {
        using (no_grad())
        {
            using var generator = new Generator(4);
            foreach (var (_, weight) in adapter.Weights)
            {
                using var scope = NewDisposeScope();
                weight.copy_(randn(weight.shape, generator: generator));
            }
        }

        gpt2.Files.Save(adapter, folder.Path);
        using var back = gpt2.Files.Load(folder.Path);
        using var quiet = no_grad();
        var (expected, actual) = (gpt2.Logits(gpt2.Transformer, adapter), gpt2.Logits(gpt2.Transformer, back));
        Assert.InRange(Model.Loaded.Difference(actual, expected), 0, 1e-4);
        Assert.True(Model.Loaded.Difference(actual, gpt2.Logits(gpt2.Transformer, null)) > 0.1);
    }
}
