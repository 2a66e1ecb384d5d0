using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Fresh;

public sealed class FreshCheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("vaswani-base", 37000, 63_119_496)]
    [InlineData("vaswani-big", 37000, 214_282_376)]
    [InlineData("tiny", 8001, 6_009_921)]               // as many as the checkpoint of the first command has
    [InlineData("transformer-tiny", 10001, 2_615_185)]
    [InlineData("t5-small", 32128, 60_506_624)]
    [InlineData("t5-tiny", 32128, 15_570_688)]
    [InlineData("t5-micro", 32128, 5_031_680)]
    [InlineData("t5-captions", 8100, 6_010_368)]
    [InlineData("gpt2", 50257, 124_439_808)]
    [InlineData("bert-base", 30522, 109_514_298)]
    [InlineData("bert-mini", 30522, 11_201_594)]
    public void AShapeHasAsManyParametersAsThePublishedOne(string name, int vocabulary, long parameters)
    {
        var shape = Shape(name);
        folder.Write("config.json", shape.Fill("config", shape.Number(vocabulary))!.ToJsonString());
        using var transformer = new Transformer(CheckpointFolder.Open(folder.Path).Config, new FreshParameters(device: META));
        Assert.Equal(parameters, transformer.NamedTensors.Sum(tensor => tensor.Value.NumberOfElements));
    }

    public static TheoryData<string> Names => [.. FreshShape.All.Select(shape => shape.Name).Where(name => name is "tiny" || name.EndsWith("-tiny", StringComparison.Ordinal) || name.EndsWith("-mini", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Names))]
    public void WhatWasWrittenIsLoadedWholeAndAnswers(string name)
    {
        using var scope = NewDisposeScope();
        using var quiet = inference_mode();
        var checkpoint = FreshCheckpoint.Write(Shape(name), folder["new"], 64, seed: 1);
        Assert.Empty(checkpoint.Verify().Unread);
        using var transformer = checkpoint.LoadTransformer(CPU, ScalarType.Float32);
        var encoded = transformer.Encode(transformer.Embed(new() { Source = tensor(new long[,] { { 5, 6, 7 } }), Mask = ones(1, 3, dtype: ScalarType.Bool) }));
        var states = checkpoint.Config.Decoder is null ? encoded.States : transformer.Decode(encoded, tensor(new long[,] { { 8, 9 } }));
        var logits = transformer.Project(states);
        Assert.Equal(64, logits.size(-1));
        // Nothing is known yet: no token is much likelier than others.
        Assert.True(logits.isfinite().all().item<bool>());
        Assert.InRange(nn.functional.cross_entropy(logits.flatten(0, 1), tensor(Enumerable.Range(8, (int)states.size(1)).Select(id => (long)id).ToArray())).item<float>(), 0.5 * Math.Log(64), name.StartsWith("t5", StringComparison.Ordinal) ? 4 * Math.Log(64) : 2 * Math.Log(64));
    }

    [Fact]
    public void TheSameSeedGivesTheSameBytesAndAnotherSeedOthers()
    {
        byte[] Written(string name, int seed)
        {
            FreshCheckpoint.Write(Shape("tiny"), folder[name], 64, seed);
            return File.ReadAllBytes(Path.Combine(folder[name], "model.safetensors"));
        }

        var first = Written("a", 7);
        Assert.Equal(first, Written("b", 7));
        Assert.NotEqual(first, Written("c", 8));
    }

    [Fact]
    public void TheOriginalTransformerIsDrawnAsItsPaperDoes()
    {
        using var scope = NewDisposeScope();
        var checkpoint = FreshCheckpoint.Write(Shape("tiny"), folder["new"], 1000, seed: 3);
        Assert.Equal(
            (NormPlacement.After, PositionKind.Sinusoidal, Activation.Relu, 16.0, true, false),
            (checkpoint.Config.NormPlacement, checkpoint.Config.Positions, checkpoint.Config.Activation, checkpoint.Config.EmbeddingScale, checkpoint.Config.TiesOutput, checkpoint.Config.HasFinalNorm));
        using var file = SafeTensorsFile.Open(Path.Combine(folder["new"], "model.safetensors"));
        // Uniform within √(6 / (256 + 512)): the largest of 131072 values lies at the border, and their deviation is that of the border by √3.
        var (up, border) = (file.Read("model.encoder.layers.1.fc1.weight"), Math.Sqrt(6.0 / 768));
        Assert.Equal(border, up.abs().max().item<float>(), 1e-4);
        Assert.Equal(border / Math.Sqrt(3), up.std().item<float>(), 1e-3 * border);
        var embeddings = file.Read("model.shared.weight");
        Assert.Equal(1.0 / 16, embeddings[TensorIndex.Slice(stop: -1)].std().item<float>(), 5e-4);
        Assert.InRange(embeddings.abs().max().item<float>(), 4.0 / 16, 6.0 / 16);
        Assert.Equal(0, embeddings[999].abs().max().item<float>());
        Assert.Equal(0, file.Read("model.decoder.layers.0.encoder_attn.q_proj.bias").abs().max().item<float>());
        Assert.True(file.Read("model.decoder.layers.2.final_layer_norm.weight").eq(ones(256)).all().item<bool>());
        // The position tables follow from the shape, and the reference stores none.
        Assert.DoesNotContain(file.Entries.Keys, name => name.Contains("positions", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("marian", "t5-tiny")]
    [InlineData("t5-v1_0", "tiny")]
    [InlineData("bert", "bert-mini")]
    [InlineData("gpt2", "gpt2-mini")]
    public void ATokenizerIsCopiedAndReadsAsBefore(string from, string to)
    {
        var source = CheckpointFolder.Open(Repository.Fixture("models", from)).LoadTokenizer();
        var made = FreshCheckpoint.Write(Shape(to), folder["new"], Repository.Fixture("models", from), seed: 1);
        var copied = made.LoadTokenizer();
        Assert.Equal((source.Count, source.EndId), (copied.Count, copied.EndId));
        Assert.Equal(source.Encode("Two dogs play.").Ids, copied.Encode("Two dogs play.").Ids);
        Assert.Equal(made.Config.Vocabulary, Math.Max(copied.Count, made.Config.PadId + 1));
    }

    [Fact]
    public void PaddingThatIsTheEndGetsARowOfItsOwn()
    {
        // GPT-2 has no padding; a decoder that starts from it must not start from the end.
        var made = FreshCheckpoint.Write(Shape("tiny"), folder["new"], Repository.Fixture("models", "gpt2"), seed: 1);
        var count = made.LoadTokenizer().Count;
        Assert.Equal((count + 1, count, count, count - 1), (made.Config.Vocabulary, made.Config.PadId, made.Config.StartId, made.Config.EndId));
        Assert.Equal(count, (int)JsonNode.Parse(File.ReadAllText(Path.Combine(folder["new"], "generation_config.json")))!["bad_words_ids"]![0]![0]!);
    }

    [Fact]
    public void WithoutATokenizerNothingIsWritten()
    {
        Directory.CreateDirectory(folder["empty"]);
        var error = Assert.Throws<CheckpointException>(() => FreshCheckpoint.Write(Shape("tiny"), folder["new"], folder["empty"], seed: 1));
        Assert.StartsWith($"{folder["empty"]} must hold a tokenizer, but has none of these: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(["empty"], folder.Names);
    }

    private static FreshShape Shape(string name) => FreshShape.All.Single(shape => shape.Name == name);
}
