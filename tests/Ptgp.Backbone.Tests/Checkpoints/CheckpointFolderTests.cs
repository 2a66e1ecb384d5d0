using System.Text.Json.Nodes;
using Ptgp.Backbone.Tests.Model;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Checkpoints;

public class CheckpointFolderTests
{
    [Fact]
    public void AFolderThatIsNotThereIsRefused() => Refused(() => CheckpointFolder.Open("/nowhere"), "Checkpoint '/nowhere' must be a folder, but there is none. Check the path.");

    [Fact]
    public void AFolderWithoutConfigurationIsRefused()
    {
        using var folder = new TemporaryFolder();
        Refused(() => CheckpointFolder.Open(folder.Path), $"Checkpoint '{folder.Path}' must hold config.json, but does not. Download the whole repository of the checkpoint.");
    }

    [Fact]
    public void ABrokenConfigurationIsRefusedWithLineAndColumn()
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        checkpoint.Write("config.json", "{\n  \"model_type\": \"bart\",,\n}");
        Refused(() => CheckpointFolder.Open(checkpoint.Path), $"{checkpoint["config.json"]}(2,24) must be JSON, but is not:");
    }

    [Fact]
    public void AnUnknownFamilyIsRefusedWithThoseThatAreKnown()
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        checkpoint.Configure(config => config["model_type"] = "perceiver");
        Refused(() => CheckpointFolder.Open(checkpoint.Path), $"{checkpoint["config.json"]}: 'model_type' must be one of {string.Join(", ", Family.All.SelectMany(family => family.ModelTypes))}, but is 'perceiver'.");
    }

    [Theory]
    [InlineData("d_model", null, "must have 'd_model', but has not.")]
    [InlineData("d_model", "\"wide\"", "'d_model' must be a whole number, but is \"wide\".")]
    [InlineData("vocab_size", "0", "'vocab_size' must be at least 1, but is 0.")]
    [InlineData("activation_function", "\"cubic\"", "'activation_function' must be one of relu, gelu, gelu_new, gelu_pytorch_tanh, silu, swish, but is 'cubic'.")]
    public void AConfigurationThatCannotBeIsRefusedByItsField(string field, string? json, string message)
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        checkpoint.Configure(config => config[field] = json is null ? null : JsonNode.Parse(json));
        var fault = Assert.Throws<CheckpointException>(() => CheckpointFolder.Open(checkpoint.Path));
        Assert.StartsWith(checkpoint["config.json"], fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(message, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bart", false)]
    [InlineData("marian", false)]
    [InlineData("mbart", false)]
    [InlineData("bert", true)]
    public void ABiasOfLogitsLearnsWhereItIsNoConstant(string name, bool learns)
    {
        using var scope = NewDisposeScope();
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", name)).LoadTransformer(CPU, float32, trainable: true);
        Assert.Equal(learns, transformer.NamedParameters["output.bias"].requires_grad);
        Assert.All(transformer.NamedParameters.Where(parameter => parameter.Key != "output.bias"), parameter => Assert.True(parameter.Value.requires_grad, parameter.Key));
    }

    [Fact]
    public void ACheckpointWithoutWeightsIsRefused()
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        checkpoint.Delete("model.safetensors");
        var fault = Assert.Throws<CheckpointException>(() => Load(checkpoint));
        Assert.Contains("model.safetensors", fault.Message, StringComparison.Ordinal);
        Assert.Contains(checkpoint.Path, fault.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void AMissingTensorIsNamedBesideTheNearest(bool reads)
    {
        using var checkpoint = new ChangedCheckpoint("t5-v1_0");
        checkpoint.Store(tensors =>
        {
            tensors.Remove("encoder.final_layer_norm.weight", out var norm);
            tensors["encoder.extra.final_layer_norm.weight"] = norm!;
        });
        Refused(
            () => LoadOrVerify(checkpoint, reads),
            $"Checkpoint '{checkpoint.Path}' must have a tensor 'encoder.final_layer_norm.weight', but has none. It has 'encoder.extra.final_layer_norm.weight'.");
    }

    [Theory, InlineData(false), InlineData(true)]
    public void ATensorOfAnotherShapeIsNamedWithBothShapes(bool reads)
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        checkpoint.Store(tensors => tensors["model.encoder.layers.1.fc1.bias"] = zeros(41));
        Refused(
            () => LoadOrVerify(checkpoint, reads),
            $"Checkpoint '{checkpoint.Path}': tensor 'model.encoder.layers.1.fc1.bias' must be [40] by config.json, but is [41]. Is config.json that of these weights?");
    }

    [Fact]
    public void ATensorWithoutAPlaceIsNamedAndLeftOut()
    {
        using var checkpoint = new ChangedCheckpoint("marian");
        checkpoint.Store(tensors => tensors["model.decoder.layers.3.fc1.bias"] = zeros(52));
        Assert.Equal(["model.decoder.layers.3.fc1.bias"], CheckpointFolder.Open(checkpoint.Path).Verify().Unread);
        Load(checkpoint).Dispose();
    }

    [Theory, InlineData(false), InlineData(true)]
    public void ATensorOfWholeNumbersIsRefused(bool reads)
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        checkpoint.Store(tensors => tensors["model.encoder.layers.1.fc1.bias"] = zeros(40, dtype: int64));
        Refused(() => LoadOrVerify(checkpoint, reads), $"Checkpoint '{checkpoint.Path}': tensor 'model.encoder.layers.1.fc1.bias' must hold fractions, but is I64 [40].");
    }

    [Theory, InlineData(false), InlineData(true)]
    public void AMisspelledTensorIsNamedBesideWhatWasWritten(bool reads)
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        checkpoint.Store(tensors =>
        {
            tensors.Remove("model.encoder.layers.1.self_attn.q_proj.weight", out var weight);
            tensors["model.encoder.layers.1.self_attn.q_porj.weight"] = weight!;
        });
        Refused(
            () => LoadOrVerify(checkpoint, reads),
            $"Checkpoint '{checkpoint.Path}' must have a tensor 'model.encoder.layers.1.self_attn.q_proj.weight', but has none. It has 'model.encoder.layers.1.self_attn.q_porj.weight'.");
    }

    [Fact]
    public void ACutFileIsRefused()
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        using (var file = File.OpenWrite(checkpoint["model.safetensors"]))
        {
            file.SetLength(file.Length - 100);
        }

        var fault = Assert.Throws<CheckpointException>(() => Load(checkpoint));
        Assert.Contains(checkpoint["model.safetensors"], fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingTokenizerIsRefused()
    {
        using var checkpoint = new ChangedCheckpoint("t5-v1_0");
        checkpoint.Delete("tokenizer.json");
        checkpoint.Delete("spiece.model");
        var fault = Assert.Throws<CheckpointException>(() => CheckpointFolder.Open(checkpoint.Path).LoadTokenizer());
        Assert.Contains(checkpoint.Path, fault.Message, StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ForwardParityTests.Fixtures), MemberType = typeof(ForwardParityTests))]
    [MemberData(nameof(DecoderParityTests.Fixtures), MemberType = typeof(DecoderParityTests))]
    [MemberData(nameof(EncoderParityTests.InSafeTensors), MemberType = typeof(EncoderParityTests))]
    public void WhatIsSavedIsTheSameFile(string fixture)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        using var transformer = checkpoint.LoadTransformer(CPU, ScalarType.Float32);
        checkpoint.Save(transformer, folder["saved"]);
        Assert.Equal(File.ReadAllBytes(Path.Combine(checkpoint.Path, "model.safetensors")), File.ReadAllBytes(folder["saved/model.safetensors"]));
        foreach (var file in Directory.EnumerateFiles(checkpoint.Path))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(folder["saved"], Path.GetFileName(file))));
        }
    }

    /// <summary>Every checkpoint among the fixtures, so that a new family joins by its files.</summary>
    public static TheoryData<string> Checkpoints => [.. Directory.EnumerateFiles(Repository.Fixture("models"), "config.json", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Fixture("models"), Path.GetDirectoryName(file)!)).Where(folder => !folder.Contains("hostile", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Checkpoints))]
    public void WhatIsLoadedAndSavedInPartsHoldsTheSameTensors(string fixture)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var checkpoint = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        using var original = WeightFiles.Open(checkpoint.Path);
        var dtype = original.Names.Select(name => original[name].Type).GroupBy(type => type).MaxBy(group => group.Count())!.Key;
        using var transformer = checkpoint.LoadTransformer(CPU, dtype);
        checkpoint.Save(transformer, folder["saved"], shardSize: 4_000);

        using var saved = WeightFiles.Open(folder["saved"]);
        Assert.True(saved.Files.Count > 2);
        foreach (var name in saved.Names.Where(name => original.Contains(name) && original[name].Type == dtype))
        {
            Assert.True(original.Read(name).bytes.SequenceEqual(saved.Read(name).bytes), name);
        }

        var reopened = CheckpointFolder.Open(folder["saved"]);
        Assert.Empty(reopened.Verify().Unread);
        using var again = reopened.LoadTransformer(CPU, dtype);
        Assert.Equal(transformer.NamedTensors.Select(tensor => tensor.Key), again.NamedTensors.Select(tensor => tensor.Key));
        Assert.All(transformer.NamedTensors.Zip(again.NamedTensors), pair => Assert.True(pair.First.Value.contiguous().bytes.SequenceEqual(pair.Second.Value.contiguous().bytes), pair.First.Key));
    }

    [Fact]
    public void WhatIsSavedInAnotherTypeSaysSo()
    {
        using var folder = new TemporaryFolder();
        var checkpoint = CheckpointFolder.Open(Repository.Fixture("models", "bart"));
        using var transformer = checkpoint.LoadTransformer(CPU, ScalarType.BFloat16);
        checkpoint.Save(transformer, folder["saved"]);
        var (before, after) = (JsonNode.Parse(File.ReadAllText(checkpoint.Path + "/config.json"))!, JsonNode.Parse(File.ReadAllText(folder["saved/config.json"]))!);
        Assert.Equal("bfloat16", (string?)after["dtype"]);
        after["dtype"] = (string?)before["dtype"];
        Assert.True(JsonNode.DeepEquals(before, after));
    }

    [Fact]
    public void AnOlderSaveStaysWholeWhenANewOneFails()
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        using var folder = new TemporaryFolder();
        var opened = CheckpointFolder.Open(checkpoint.Path);
        using var transformer = opened.LoadTransformer(CPU, ScalarType.Float32);
        opened.Save(transformer, folder["saved"]);
        var before = File.ReadAllBytes(folder["saved/model.safetensors"]);
        File.Delete(checkpoint["vocab.json"]);
        Directory.CreateDirectory(checkpoint["vocab.json"]);
        File.Delete(checkpoint["merges.txt"]);
        File.CreateSymbolicLink(checkpoint["merges.txt"], checkpoint["merges.txt"]);
        Assert.ThrowsAny<Exception>(() => opened.Save(transformer, folder["saved"]));
        Assert.Equal(before, File.ReadAllBytes(folder["saved/model.safetensors"]));
    }

    [Theory]
    [InlineData("t5-v1_0", "translate {from} to {to}: ")]
    [InlineData("bart", null)]
    [InlineData("marian", null)]
    public void AFamilyKnowsTheTextsItWasTaughtToPutBefore(string fixture, string? prefix) =>
        Assert.Equal(prefix, CheckpointFolder.Open(Repository.Fixture("models", fixture)).Describe("any").Prefixes.GetValueOrDefault("translation"));

    [Fact]
    public void NamesMayLackThePrefixOfTheOutputLayersModel()
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        checkpoint.Store(tensors =>
        {
            foreach (var name in tensors.Keys.Where(name => name.StartsWith("model.", StringComparison.Ordinal)).ToArray())
            {
                tensors.Remove(name, out var tensor);
                tensors[name["model.".Length..]] = tensor!;
            }
        });
        using var transformer = Load(checkpoint);
        Assert.Equal(381, transformer.Config.Vocabulary);
    }

    [Fact]
    public void ATiedTensorMayBeStoredUnderAnyOfItsNames()
    {
        using var checkpoint = new ChangedCheckpoint("bart");
        checkpoint.Store(tensors =>
        {
            tensors.Remove("model.shared.weight", out var shared);
            tensors["lm_head.weight"] = shared!;
            tensors["model.encoder.embed_tokens.weight"] = shared!;
        });
        using var transformer = Load(checkpoint);
        Assert.Equal(381, transformer.NamedParameters["embeddings.weight"].size(0));
    }

    [Theory, MemberData(nameof(ForwardParityTests.Fixtures), MemberType = typeof(ForwardParityTests))]
    public void Bfloat16ComputesNearly(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        using var half = loaded.Folder.LoadTransformer(CPU, ScalarType.BFloat16);
        var labels = loaded.Golden("labels");
        var logits = half.Project(half.Decode(half.Encode(half.Embed(loaded.Batch)), labels)).to(float32);
        var mask = labels.ne(Target.Ignored).unsqueeze(-1).to(float32);
        var error = ((logits - loaded.Golden("logits")) * mask).norm().item<float>() / (loaded.Golden("logits") * mask).norm().item<float>();
        Assert.InRange(error, 0, 0.05);
    }

    private static void LoadOrVerify(ChangedCheckpoint checkpoint, bool reads)
    {
        if (reads)
        {
            Load(checkpoint).Dispose();
        }
        else
        {
            CheckpointFolder.Open(checkpoint.Path).LoadTransformer(META, ScalarType.Float32).Dispose();
        }
    }

    private static Transformer Load(ChangedCheckpoint checkpoint) => CheckpointFolder.Open(checkpoint.Path).LoadTransformer(CPU, ScalarType.Float32);

    private static void Refused(Action action, string message) => Assert.StartsWith(message, Assert.Throws<CheckpointException>(action).Message, StringComparison.Ordinal);
}
