using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

public sealed class AdapterFolderTests : IDisposable
{
    private static readonly string Golden = Repository.Fixture("training", "t5-curve", "lora-initial");

    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly CheckpointFolder checkpoint = CheckpointFolder.Open(Repository.Fixture("training", "t5-curve", "model"));
    private readonly Transformer transformer;
    private readonly AdapterFolder peft;
    private readonly string folder = Directory.CreateTempSubdirectory("ptgp-").FullName;

    public AdapterFolderTests()
    {
        transformer = checkpoint.LoadTransformer(CPU, float32);
        peft = new(checkpoint, transformer);
    }

    public void Dispose()
    {
        transformer.Dispose();
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void AnAdapterOfPeftIsLoaded()
    {
        using var adapter = peft.Load(Golden);
        Assert.Equal(10, adapter.Deltas.Count);
        var delta = (LowRankDelta)adapter.Deltas["decoder.layers.1.cross_attention.v"];
        Assert.Equal(2.5, delta.Scale);
        using var file = SafeTensorsFile.Open(Path.Combine(Golden, "adapter_model.safetensors"));
        Assert.True(delta.A.Equals(file.Read("base_model.model.decoder.block.1.layer.1.EncDecAttention.v.lora_A.weight")));
        Assert.True(delta.B.Equals(file.Read("base_model.model.decoder.block.1.layer.1.EncDecAttention.v.lora_B.weight")));
        Assert.All(adapter.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    public void WhatIsSavedIsWhatPeftSaved()
    {
        using var adapter = peft.Load(Golden);
        peft.Save(adapter, folder);
        Assert.True(AdapterFolder.IsAdapter(folder));
        Assert.Equal(File.ReadAllBytes(Path.Combine(Golden, "adapter_model.safetensors")), File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors")));
        Assert.True(JsonNode.DeepEquals(Config(Golden), Config(folder)));
    }

    [Fact]
    public void WhatWasMadeHereSaysWhatPeftSays()
    {
        using var drawn = peft.Draw(AdapterTargets.Find(transformer.NamedParameters.Keys, ["q", "v"]), rank: 4, alpha: 10, seed: 1);
        peft.Save(drawn, folder);
        var (ours, theirs) = (Config(folder), Config(Golden));
        Assert.Equal("model", (string?)ours["base_model_name_or_path"]);
        foreach (var (field, value) in ours.Where(field => field.Key is not ("base_model_name_or_path" or "target_modules")))
        {
            Assert.True(JsonNode.DeepEquals(value, theirs[field]), $"{field}: {value} is not {theirs[field]}");
        }

        Assert.Equal(["q", "v"], ours["target_modules"]!.AsArray().Select(target => (string?)target));
        using var file = SafeTensorsFile.Open(Path.Combine(Golden, "adapter_model.safetensors"));
        using var saved = SafeTensorsFile.Open(Path.Combine(folder, "adapter_model.safetensors"));
        Assert.Equal(file.Entries.Values.Select(entry => $"{entry.Name} {entry}"), saved.Entries.Values.Select(entry => $"{entry.Name} {entry}"));
    }

    [Fact]
    public void DeltasOfDifferentRankAndScaleComeBack()
    {
        using Adapter first = new(transformer, AdapterTargets.Find(transformer.NamedParameters.Keys, ["o"]), rank: 2, alpha: 3, seed: 1);
        using Adapter second = new(transformer, ["encoder.layers.0.self_attention.q"], rank: 5, alpha: 4, seed: 2);
        using Adapter adapter = new(new AdapterParts { Deltas = first.Deltas.Concat(second.Deltas).ToDictionary() });
        peft.Save(adapter, folder);
        using var loaded = peft.Load(folder);
        Assert.Equal(adapter.Deltas.Keys.Order(), loaded.Deltas.Keys.Order());
        Assert.All(adapter.Deltas, delta =>
        {
            var (saved, read) = ((LowRankDelta)delta.Value, (LowRankDelta)loaded.Deltas[delta.Key]);
            Assert.Equal(saved.Scale, read.Scale, 1e-12);
            Assert.True(saved.A.Equals(read.A));
        });
        // Not all queries have a delta, so the one that has is named in full.
        Assert.Equal(["o", "encoder.block.0.layer.0.SelfAttention.q"], Config(folder)["target_modules"]!.AsArray().Select(target => (string?)target));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void WhatIsDroppedIsSavedAsPeftSaysIt(bool isDecomposed)
    {
        using var drawn = peft.Draw(AdapterTargets.Find(transformer.NamedParameters.Keys, ["q", "v"]), rank: 4, alpha: 10, seed: 1, isDecomposed: isDecomposed, dropout: 0.05);
        peft.Save(drawn, folder);
        Assert.Equal(0.05, (double?)Config(folder)["lora_dropout"]);
        using var loaded = peft.Load(folder);
        Assert.Equal(10, loaded.Deltas.Count);
        Assert.All(loaded.Deltas.Values, delta => Assert.Equal((0.05, false), (((LowRankDelta)delta).Dropout, delta.Draws)));
        loaded.train();
        Assert.All(loaded.Deltas.Values, delta => Assert.True(delta.Draws));
    }

    [Fact]
    public void ARankStabilizedAdapterIsScaledByTheRoot()
    {
        CopyGolden();
        Change(config => config["use_rslora"] = true);
        using var adapter = peft.Load(folder);
        Assert.All(adapter.Deltas.Values, delta => Assert.Equal(5, ((LowRankDelta)delta).Scale));
    }

    [Fact]
    public void AnAlphaPatternHoldsForTheModulesItFits()
    {
        CopyGolden();
        Change(config => config["alpha_pattern"] = new JsonObject { ["EncDecAttention.q"] = 4 });
        using var adapter = peft.Load(folder);
        Assert.All(adapter.Deltas, delta => Assert.Equal(delta.Key.EndsWith("cross_attention.q", StringComparison.Ordinal) ? 1 : 2.5, ((LowRankDelta)delta.Value).Scale));
    }

    [Fact]
    public void WhatIsNoKnownAdapterIsRefused()
    {
        Assert.Equal($"Adapter '{folder}' must hold adapter_config.json, but does not. Name a folder that PEFT or ptgp train saved.", Message());
        CopyGolden();
        var path = Path.Combine(folder, "adapter_config.json");
        Change(config => config["peft_type"] = "VERA");
        Assert.Equal($"{path}: 'peft_type' must be LORA, IA3, PROMPT_TUNING or PREFIX_TUNING, but is 'VERA'.", Message());
    }

    [Fact]
    public void AnAdapterOfAnotherBackboneIsRefused()
    {
        CopyGolden();
        var path = Path.Combine(folder, "adapter_model.safetensors");
        SafeTensorsWriter.Write(path, [new("base_model.model.model.encoder.q_proj.lora_A.weight", zeros(4, 32))]);
        Assert.Equal(
            $"Adapter '{path}' has a tensor 'base_model.model.model.encoder.q_proj.lora_A.weight', for which this backbone has no place. Name the backbone that it was made for.", Message());
        const string Query = "base_model.model.encoder.block.0.layer.0.SelfAttention.q";
        SafeTensorsWriter.Write(path, [new(Query + ".lora_A.weight", zeros(4, 64)), new(Query + ".lora_B.weight", zeros(18, 4))]);
        Assert.Equal(
            $"Adapter '{path}' was made for another backbone: for 'encoder.block.0.layer.0.SelfAttention.q' A must be [rank, 32] and B [18, rank], but they are F32 [4, 64] and F32 [18, 4].",
            Message());
        SafeTensorsWriter.Write(path, [new(Query + ".lora_A.weight", zeros(4, 32))]);
        Assert.Equal($"Adapter '{path}' is not whole: 'encoder.block.0.layer.0.SelfAttention.q' must have an A and a B, but has one of them only.", Message());
    }

    private static JsonObject Config(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!.AsObject();

    private string Message() => Assert.Throws<CheckpointException>(() => peft.Load(folder)).Message;

    private void CopyGolden()
    {
        foreach (var file in Directory.GetFiles(Golden))
        {
            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));
        }
    }

    private void Change(Action<JsonObject> change)
    {
        var config = Config(folder);
        change(config);
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), config.ToJsonString());
    }
}
