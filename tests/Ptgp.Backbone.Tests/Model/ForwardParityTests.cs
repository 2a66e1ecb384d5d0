using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>States, attention, logits and loss equal those of the reference implementation.</summary>
public class ForwardParityTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Fixtures => [.. new[] { "t5-v1_0", "t5-v1_1", "mt5", "bart", "mbart", "marian", "marian-split", "pegasus", "m2m100", "nllb" }];

    [Theory, MemberData(nameof(Fixtures))]
    public void EveryStateAndAttentionIsTheReferences(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = no_grad();
        var capture = new StateCapture();
        var encoded = loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch), capture: capture);
        var states = loaded.Transformer.Decode(encoded, loaded.Golden("labels"), capture: capture);
        var (source, target) = (loaded.Golden("attention_mask"), loaded.Golden("labels").ne(Target.Ignored));

        Check("encoder_hidden_states", capture.EncoderStates, source, 1);
        Check("encoder_attentions", capture.EncoderAttentions, source, 2);
        Check("decoder_hidden_states", capture.DecoderStates, target, 1);
        Check("decoder_attentions", capture.DecoderAttentions, target, 2);
        Check("cross_attentions", capture.CrossAttentions, target, 2);
        Assert.InRange(Loaded.Difference(loaded.Transformer.Project(states), loaded.Golden("logits"), target), 0, Tolerance);

        void Check(string name, List<Tensor> actual, Tensor mask, int dimension)
        {
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
        var labels = loaded.Golden("labels");
        var logits = Logits(loaded, labels);
        Assert.InRange(Loaded.Difference(logits, loaded.Golden("logits"), labels.ne(Target.Ignored)), 0, Tolerance);
        var loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index: Target.Ignored);
        Assert.Equal(loaded.Golden("loss").item<float>(), loss.item<float>(), 1e-5f);
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void GradientsFlowToEveryWeight(string fixture)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var loaded = new Loaded(fixture);
        using var trained = loaded.Folder.LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        trained.eval();
        var encoded = trained.Encode(trained.Embed(loaded.Batch));
        trained.Project(trained.Decode(encoded, loaded.Golden("labels"))).sum().backward();
        Assert.All(trained.NamedParameters.Where(parameter => parameter.Value.requires_grad), parameter =>
        {
            Assert.NotNull(parameter.Value.grad);
            Assert.True(parameter.Value.grad.abs().sum().item<float>() > 0, parameter.Key);
        });
    }

    private static Tensor Logits(Loaded loaded, Tensor labels)
    {
        var encoded = loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch));
        return loaded.Transformer.Project(loaded.Transformer.Decode(encoded, labels));
    }
}
