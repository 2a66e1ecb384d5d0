using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>States, attention, logits and loss of encoders that stand alone equal those of the reference implementation, those of the heads they were saved with too.</summary>
public class EncoderParityTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Fixtures => [.. new[] { "bert", "bert-cased", "bert-qa", "roberta", "roberta-classifier", "distilbert", "distilbert-ner" }];

    /// <summary>Gets those that are stored in the format that we write.</summary>
    public static TheoryData<string> InSafeTensors => [.. Fixtures.Select(fixture => fixture.Data).Except(["bert-cased"])];

    [Theory, MemberData(nameof(Fixtures))]
    public void EveryStateAndAttentionIsTheReferences(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = no_grad();
        var capture = new StateCapture();
        loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch), capture: capture);
        var mask = loaded.Golden("attention_mask");
        if (loaded.Has("hidden_states.0"))
        {
            Check("hidden_states", capture.EncoderStates, 1);
            Check("attentions", capture.EncoderAttentions, 2);
            Assert.InRange(Loaded.Difference(capture.EncoderStates[^1], loaded.Golden("last_hidden_state"), mask), 0, Tolerance);
        }

        void Check(string name, List<Tensor> actual, int dimension)
        {
            Assert.False(loaded.Has($"{name}.{actual.Count}"));
            for (var i = 0; i < actual.Count; i++)
            {
                Assert.InRange(Loaded.Difference(actual[i], loaded.Golden($"{name}.{i}"), mask, dimension), 0, Tolerance);
            }
        }
    }

    public static TheoryData<string> PaddedAtTheBeginning => [.. Fixtures.Select(fixture => fixture.Data).Except(["bert-qa"])];

    [Theory, MemberData(nameof(PaddedAtTheBeginning))]
    public void PaddingAtTheBeginningIsReadAsTheReferenceReadsIt(string fixture)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var mask = loaded.Golden("left.attention_mask");
        var batch = new Batch
        {
            Source = loaded.Golden("left.input_ids"),
            Mask = mask.to(ScalarType.Bool),
            Segments = loaded.Has("left.token_type_ids") ? loaded.Golden("left.token_type_ids") : null,
        };
        var states = loaded.Transformer.Encode(loaded.Transformer.Embed(batch)).States;
        Assert.InRange(Loaded.Difference(states, loaded.Golden("left.last_hidden_state"), mask), 0, Tolerance);
    }

    [Theory, InlineData("bert", "prediction_logits"), InlineData("roberta", "logits"), InlineData("distilbert", "logits")]
    public void LogitsAndLossOfMaskedTokensAreTheReferences(string fixture, string name)
    {
        using var loaded = new Loaded(fixture);
        using var quiet = inference_mode();
        var states = States(loaded);
        var logits = loaded.Transformer.Project(states);
        Assert.InRange(Loaded.Difference(logits, loaded.Golden(name), loaded.Golden("attention_mask")), 0, Tolerance);
        var loss = nn.functional.cross_entropy(logits.flatten(0, 1), loaded.Golden("labels").flatten(), ignore_index: Target.Ignored);
        if (loaded.Has("next_sentence_label"))
        {
            var head = loaded.Folder.LoadHead(CPU)!;
            var follows = head.Apply("next_sentence", head.Pool(states));
            Assert.InRange(Loaded.Difference(head.Pool(states), loaded.Golden("pooler_output")), 0, Tolerance);
            Assert.InRange(Loaded.Difference(follows, loaded.Golden("seq_relationship_logits")), 0, Tolerance);
            loss += nn.functional.cross_entropy(follows, loaded.Golden("next_sentence_label"));
        }

        Assert.Equal(loaded.Golden("loss").item<float>(), loss.item<float>(), 1e-5f);
    }

    [Fact]
    public void SpansOfAnswersAreTheReferences()
    {
        using var loaded = new Loaded("bert-qa");
        using var quiet = inference_mode();
        var logits = loaded.Folder.LoadHead(CPU)!.Apply("span", States(loaded));     // [batch, length, 2]
        var mask = loaded.Golden("attention_mask");
        Assert.InRange(Loaded.Difference(logits.select(2, 0), loaded.Golden("start_logits"), mask), 0, Tolerance);
        Assert.InRange(Loaded.Difference(logits.select(2, 1), loaded.Golden("end_logits"), mask), 0, Tolerance);
        var loss = (LossOf(0, "start_positions") + LossOf(1, "end_positions")) / 2;
        Assert.Equal(loaded.Golden("loss").item<float>(), loss.item<float>(), 1e-5f);

        // A place beyond the text does not count.
        Tensor LossOf(int at, string name) => nn.functional.cross_entropy(
            logits.select(2, at), loaded.Golden(name).clamp(0, logits.size(1)), ignore_index: logits.size(1));
    }

    [Fact]
    public void ClassesOfATextAreTheReferences()
    {
        using var loaded = new Loaded("roberta-classifier");
        using var quiet = inference_mode();
        var head = loaded.Folder.LoadHead(CPU)!;
        Assert.Equal(["LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3"], head.Labels);
        var logits = head.Apply("classes", head.Pool(States(loaded)));
        Assert.InRange(Loaded.Difference(logits, loaded.Golden("logits")), 0, Tolerance);
        var loss = nn.functional.binary_cross_entropy_with_logits(logits, loaded.Golden("labels"));
        Assert.Equal(loaded.Golden("loss").item<float>(), loss.item<float>(), 1e-5f);
    }

    // A pickle whose norms still have the names of TensorFlow, gamma and beta.
    [Fact]
    public void ClassesOfATextFromAnOldCheckpointAreTheReferences()
    {
        using var loaded = new Loaded("bert-cased");
        using var quiet = inference_mode();
        var head = loaded.Folder.LoadHead(CPU)!;
        Assert.Equal(["negative", "neutral", "positive"], head.Labels);
        var pooled = head.Pool(States(loaded));
        Assert.InRange(Loaded.Difference(pooled, loaded.Golden("pooler_output")), 0, Tolerance);
        var logits = head.Apply("classes", pooled);
        Assert.InRange(Loaded.Difference(logits, loaded.Golden("logits")), 0, Tolerance);
        Assert.Equal(loaded.Golden("loss").item<float>(), nn.functional.cross_entropy(logits, loaded.Golden("labels")).item<float>(), 1e-5f);
        using var files = Ptgp.Backbone.Weights.WeightFiles.Open(loaded.Folder.Path);
        Assert.Equal("pickle", files.Format);
        Assert.True(files.Contains("bert.embeddings.LayerNorm.gamma") && files.Contains("bert.encoder.layer.1.output.LayerNorm.beta"));
        Assert.Empty(loaded.Folder.Verify().Unread);
    }

    [Fact]
    public void ClassesOfTokensAreTheReferences()
    {
        using var loaded = new Loaded("distilbert-ner");
        using var quiet = inference_mode();
        var head = loaded.Folder.LoadHead(CPU)!;
        Assert.Equal(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"], head.Labels);
        var logits = head.Apply("classes", States(loaded));
        Assert.InRange(Loaded.Difference(logits, loaded.Golden("logits"), loaded.Golden("attention_mask")), 0, Tolerance);
        var loss = nn.functional.cross_entropy(logits.flatten(0, 1), loaded.Golden("labels").flatten(), ignore_index: Target.Ignored);
        Assert.Equal(loaded.Golden("loss").item<float>(), loss.item<float>(), 1e-5f);
        Assert.Contains("'span'", Assert.Throws<KeyNotFoundException>(() => head.Apply("span", zeros(1, 28))).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Fixtures))]
    public void GradientsFlowToEveryWeight(string fixture)
    {
        using var scope = NewDisposeScope();
        using var loaded = new Loaded(fixture);
        using var trained = loaded.Folder.LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        trained.eval();
        trained.Project(trained.Encode(trained.Embed(loaded.Batch)).States).square().sum().backward();
        Assert.All(trained.NamedParameters, parameter =>
        {
            Assert.NotNull(parameter.Value.grad);
            Assert.True(parameter.Value.grad.abs().sum().item<float>() > 0, parameter.Key);
        });
    }

    [Fact]
    public void ACheckpointWithoutHeadHasNone()
    {
        using var loaded = new Loaded("gpt2");
        Assert.Null(loaded.Folder.LoadHead(CPU));
    }

    private static Tensor States(Loaded loaded) => loaded.Transformer.Encode(loaded.Transformer.Embed(loaded.Batch)).States;
}
