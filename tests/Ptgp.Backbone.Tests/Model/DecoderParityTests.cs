using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>States, attention, logits and loss of decoders that stand alone equal those of the reference implementation.</summary>
public class DecoderParityTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Fixtures => [.. new[] { "gpt2", "llama", "llama-rope-scaled", "qwen2", "mistral" }];

    [Theory, MemberData(nameof(Fixtures))]
    public void EveryStateAndAttentionIsTheReferences(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = no_grad();
        var capture = new StateCapture();
        var states = loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch), capture: capture).States;
        var mask = loaded.Golden("attention_mask");

        Check("hidden_states", capture.DecoderStates, 1);
        Check("attentions", capture.DecoderAttentions, 2);
        Assert.InRange(Loaded.Difference(loaded.Transformer.Project(states), loaded.Golden("logits"), mask), 0, Tolerance);

        void Check(string name, List<Tensor> actual, int dimension)
        {
            Assert.NotEmpty(actual);
            Assert.False(loaded.Has($"{name}.{actual.Count}"));
            for (var i = 0; i < actual.Count; i++)
            {
                Assert.InRange(Loaded.Difference(actual[i], loaded.Golden($"{name}.{i}"), mask, dimension), 0, Tolerance);
            }
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void LogitsAndLossAreTheReferencesOnTheFastPathToo(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var logits = loaded.Transformer.Project(loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch)).States);
        Assert.InRange(Loaded.Difference(logits, loaded.Golden("logits"), loaded.Golden("attention_mask")), 0, Tolerance);
        var labels = loaded.Golden("labels");
        var loss = nn.functional.cross_entropy(logits.narrow(1, 0, logits.size(1) - 1).flatten(0, 1), labels.narrow(1, 1, labels.size(1) - 1).flatten(), ignore_index: Target.Ignored);
        Assert.Equal(loaded.Golden("loss").item<float>(), loss.item<float>(), 1e-5f);
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void PaddingAtTheBeginningChangesNothing(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var batch = loaded.Batch;
        var left = Rolled(batch.Mask, batch.Mask);
        var logits = loaded.Transformer.Project(loaded.Transformer.Encode(loaded.Transformer.Embed(new() { Source = Rolled(batch.Source, batch.Mask), Mask = left })).States);
        Assert.InRange(Loaded.Difference(logits, Rolled(loaded.Golden("logits"), batch.Mask), left.to_type(ScalarType.Int64)), 0, Tolerance);
    }

    // What was read may be cut from what is written anywhere: the states that predict the rest are the same.
    [Theory, MemberData(nameof(Fixtures))]
    public void WhatFollowsAPromptIsPredictedAsInOneText(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var (batch, expected) = (loaded.Batch, loaded.Golden("logits"));
        int[] cuts = [1, 2, 3];
        var lengths = batch.Mask.sum(1).data<long>().ToArray();
        var prompts = new Batch { Source = batch.Source.narrow(1, 0, 3), Mask = arange(3).unsqueeze(0) < tensor(cuts).unsqueeze(1) };
        var targets = full([3, lengths.Max()], Target.Ignored, int64);
        for (var row = 0; row < 3; row++)
        {
            targets[row].narrow(0, 0, lengths[row] - cuts[row]).copy_(batch.Source[row].narrow(0, cuts[row], lengths[row] - cuts[row]));
        }

        var logits = loaded.Transformer.Project(loaded.Transformer.Decode(loaded.Transformer.Encode(loaded.Transformer.Embed(prompts)), targets));
        for (var row = 0; row < 3; row++)
        {
            var count = lengths[row] - cuts[row];
            Assert.InRange(Loaded.Difference(logits[row].narrow(0, 0, count), expected[row].narrow(0, cuts[row] - 1, count)), 0, Tolerance);
        }
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void GradientsFlowToEveryWeight(string fixture)
    {
        using var scope = NewDisposeScope();
        using var loaded = new Loaded(fixture);
        using var trained = loaded.Folder.LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        trained.eval();
        trained.Project(trained.Encode(trained.Embed(loaded.Batch)).States).sum().backward();
        Assert.All(trained.NamedParameters, parameter =>
        {
            Assert.NotNull(parameter.Value.grad);
            Assert.True(parameter.Value.grad.abs().sum().item<float>() > 0, parameter.Key);
        });
    }

    // Moves each row's padding from its end to its beginning.
    private static Tensor Rolled(Tensor rows, Tensor mask) =>
        stack(Enumerable.Range(0, (int)rows.size(0)).Select(row => rows[row].roll([mask[row].logical_not().sum().item<long>()], [0])));
}
