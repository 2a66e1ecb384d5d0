using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>Whisper's states, attention, logits and loss equal those of the reference, which stores some places and some of the vocabulary.</summary>
public class WhisperParityTests
{
    private const double Tolerance = 1e-4;

    [Theory, InlineData("whisper"), InlineData("whisper-en")]
    public void EveryStateAndAttentionIsTheReferences(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = no_grad();
        var capture = new StateCapture();
        var encoded = loaded.Transformer.Encode(loaded.Transformer.Embed(Frames(loaded)), capture: capture);
        var states = loaded.Transformer.DecodeInputs(encoded, loaded.Golden("decoder_input_ids"), capture: capture);
        var (places, real) = (loaded.Golden("encoder_positions"), loaded.Golden("decoder_attention_mask"));

        Check("encoder_hidden_states", capture.EncoderStates.ConvertAll(each => each.index_select(1, places)), null, 1);
        Check("decoder_hidden_states", capture.DecoderStates, real, 1);
        Check("decoder_attentions", capture.DecoderAttentions, real, 2);
        Check("cross_attentions", capture.CrossAttentions.ConvertAll(each => each.index_select(3, places)), real, 2);
        CheckLogits(loaded, loaded.Transformer.Project(states));

        void Check(string name, List<Tensor> actual, Tensor? mask, int dimension)
        {
            Assert.False(loaded.Has($"{name}.{actual.Count}"));
            for (var i = 0; i < actual.Count; i++)
            {
                Assert.InRange(Loaded.Difference(actual[i], loaded.Golden($"{name}.{i}"), mask, dimension), 0, Tolerance);
            }
        }
    }

    [Theory, InlineData("whisper"), InlineData("whisper-en")]
    public void LogitsAndLossAreTheReferencesOnTheFastPathToo(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var logits = loaded.Transformer.Project(loaded.Transformer.DecodeInputs(loaded.Transformer.Encode(loaded.Transformer.Embed(Frames(loaded))), loaded.Golden("decoder_input_ids")));
        CheckLogits(loaded, logits);
        var loss = nn.functional.cross_entropy(logits.flatten(0, 1), loaded.Golden("labels").flatten(), ignore_index: Target.Ignored);
        Assert.Equal(loaded.Golden("loss").item<float>(), loss.item<float>(), 1e-5f);
    }

    [Theory, InlineData("whisper"), InlineData("whisper-en")]
    public void GradientsFlowToEveryWeight(string fixture)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var loaded = new Loaded(fixture);
        using var trained = loaded.Folder.LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        trained.eval();
        // The loss of the golden; a cut of its silence is enough.
        var frames = Frames(loaded);
        var encoded = trained.Encode(trained.Embed(frames with { Source = frames.Source.narrow(1, 0, 200), Mask = frames.Mask.narrow(1, 0, 200) }));
        trained.Project(trained.DecodeInputs(encoded, loaded.Golden("decoder_input_ids"))).sum().backward();
        Assert.All(trained.NamedParameters, parameter =>
        {
            Assert.NotNull(parameter.Value.grad);
            Assert.True(parameter.Value.grad.abs().sum().item<float>() > 0 || parameter.Key == "decoder.positions.weight", parameter.Key);
        });
    }

    [Theory, InlineData(200, 137), InlineData(31, 30), InlineData(8, 1)]
    public void PaddingOfFramesChangesNothing(int length, int real)
    {
        using var loaded = new Loaded("whisper-en");
        using var quiet = inference_mode();
        var frames = Frames(loaded).Source.narrow(1, 0, length);
        var mask = arange(length).lt(tensor(new long[] { length, real }).unsqueeze(1));
        var both = loaded.Transformer.Encode(loaded.Transformer.Embed(new() { Source = frames, Mask = mask }));
        var alone = frames.narrow(0, 1, 1).narrow(1, 0, real);
        var one = loaded.Transformer.Encode(loaded.Transformer.Embed(new() { Source = alone, Mask = ones(1, real, dtype: ScalarType.Bool) }));
        Assert.Equal((real + 1) / 2, one.States.size(1));
        Assert.Equal((real + 1) / 2, both.Mask[1].sum().item<long>());
        Assert.InRange(Loaded.Difference(both.States.narrow(0, 1, 1).narrow(1, 0, (real + 1) / 2), one.States), 0, Tolerance);
    }

    [Fact]
    public void FramesOfAnotherWidthAreRefused()
    {
        using var loaded = new Loaded("whisper-en");
        var fault = Assert.Throws<ArgumentException>(() => loaded.Transformer.Embed(new() { Source = zeros(1, 10, 80), Mask = ones(1, 10, dtype: ScalarType.Bool) }));
        Assert.StartsWith("The backbone reads frames [batch, length, 128], but got [1, 10, 80].", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ItsDescriptionSaysWhatItReads()
    {
        var description = CheckpointFolder.Open(Repository.Fixture("models", "whisper-en")).Describe("ears");
        Assert.Equal((128, 3000, 448), (description.FrameWidth, description.MaxLength, description.MaxTargetLength));
        Assert.True(description.Features.HasFlag(BackboneFeatures.ReadsFrames | BackboneFeatures.SeesBothSides | BackboneFeatures.Writes | BackboneFeatures.Aligns));
    }

    [Theory, InlineData("whisper", ScalarType.Float16), InlineData("whisper-en", ScalarType.Float32)]
    public void WhatIsSavedIsTheSameFile(string fixture, ScalarType dtype)
    {
        using var folder = new TemporaryFolder();
        var checkpoint = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        using var transformer = checkpoint.LoadTransformer(CPU, dtype);
        checkpoint.Save(transformer, folder["saved"]);
        Assert.Equal(File.ReadAllBytes(Path.Combine(checkpoint.Path, "model.safetensors")), File.ReadAllBytes(folder["saved/model.safetensors"]));
    }

    // Frames behind the stored ones are all alike.
    private static Batch Frames(Loaded loaded)
    {
        var (head, fill) = (loaded.Golden("input_features.head"), loaded.Golden("input_features.fill"));
        var rest = fill.view(-1, 1, 1).expand(-1, head.size(1), 3000 - head.size(2));
        return new() { Source = cat([head, rest], 2).transpose(1, 2), Mask = ones(head.size(0), 3000, dtype: ScalarType.Bool) };
    }

    private static void CheckLogits(Loaded loaded, Tensor logits)
    {
        var real = loaded.Golden("decoder_attention_mask");
        Assert.InRange(Loaded.Difference(logits.index_select(2, loaded.Golden("vocabulary_ids")), loaded.Golden("logits"), real), 0, Tolerance);
        Assert.InRange(Loaded.Difference(logits.logsumexp(2), loaded.Golden("logits_logsumexp"), real), 0, Tolerance);
        Assert.Equal(0, (logits.argmax(2).ne(loaded.Golden("logits_argmax")) * real).sum().item<long>());
    }
}
