using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

[Collection(DrawingTests.Name)]
public sealed class TuningTests : IDisposable
{
    private static readonly EncodedExample<string>[] Examples = [.. Enumerable.Range(0, 9).Select(i => new EncodedExample<string>(
        "", Features.FromTokens(Enumerable.Range(2 + i, 3 + (i * 5 % 7)).Append(1)), Target.FromLabels(Enumerable.Range(20 + i, 1 + (i * 3 % 5)).Append(1).Select(label => (long)label))))];

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly NumbersBackbone backbone = new();
    private readonly string folder = Directory.CreateTempSubdirectory("ptgp-").FullName;

    public void Dispose()
    {
        backbone.Dispose();
        scope.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(BackboneTuning.LowRank, "LORA", 0.02)]
    [InlineData(BackboneTuning.Dora, "LORA", 0.02)]
    [InlineData(BackboneTuning.Ia3, "IA3", 0.05)]
    [InlineData(BackboneTuning.Prefix, "PREFIX_TUNING", 0.1)]
    [InlineData(BackboneTuning.Prompt, "PROMPT_TUNING", 0.1)]
    public void WhatIsAddedLearnsBesideTheBackboneAndIsSavedAsPeftDoes(BackboneTuning kind, string type, double learningRate)
    {
        FineTuningRecipe recipe = new() { Tuning = kind, WeightDecay = 0, Dropout = 0, RsLora = true, Targets = ["q", "v", "up"], VirtualTokens = 7 };
        var shared = backbone.Snapshot();
        var other = Answer();
        using NumbersHead head = new(backbone.View);
        double first, last = 0;
        Tensor learned;
        using (Tuning tuning = new(recipe, backbone.Checkpoint, backbone.View, head, from: null))
        {
            using var optimizer = Optimizer.Of(recipe, tuning.Parameters);
            Learner<string, string, string, string> learner = new() { Head = head, Backbone = backbone.View, Collator = backbone.Collator, Optimizer = optimizer, Recipe = recipe };
            tuning.Train();
            first = learner.Step(0, learningRate, [Examples]).Loss;
            for (var step = 1; step < 30; step++)
            {
                last = learner.Step(step, learningRate, [Examples]).Loss;
            }

            Assert.All(tuning.Parameters, parameter => Assert.StartsWith("adapter.", parameter.Name));
            tuning.Evaluate();
            learned = Answer();
            tuning.Files.Save(folder, kind);
        }

        Assert.True(last < 0.9 * first, $"{first} to {last}");
        // Another task's answers are what they were, to the bit.
        Assert.True(other.Equals(Answer()));
        Assert.All(backbone.Transformer.NamedParameters, parameter => Assert.True(shared[parameter.Key].Equals(parameter.Value), parameter.Key));
        Assert.Equal(type, (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!["peft_type"]);
        new TrainedTask(backbone.Checkpoint, backbone.View, head).Load(folder, float32);
        Assert.True(learned.Equals(Answer()));
        Assert.False(other.allclose(learned));
        Assert.True(backbone.View.Adapter!.Prefix is not { WritesLate: true });
        backbone.View.Adapter.Dispose();
        backbone.View.Adapter = null;
    }

    [Theory]
    [InlineData(BackboneTuning.LowRank)]
    [InlineData(BackboneTuning.Dora)]
    [InlineData(BackboneTuning.Ia3)]
    public void WhatIsAddedToWeightsChangesNothingAtFirst(BackboneTuning kind)
    {
        var before = Answer();
        using NumbersHead head = new(backbone.View);
        using Tuning tuning = new(new() { Tuning = kind }, backbone.Checkpoint, backbone.View, head, from: null);
        Assert.True(before.allclose(Answer(), rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void RankStabilizedDeltasAreScaledByTheRootOfTheRank()
    {
        using NumbersHead head = new(backbone.View);
        using Tuning tuning = new(new() { RsLora = true, Rank = 5, Alpha = 3 }, backbone.Checkpoint, backbone.View, head, from: null);
        Assert.All(backbone.View.Adapter!.Deltas.Values, delta => Assert.Equal(3 / Math.Sqrt(5), ((LowRankDelta)delta).Scale));
        tuning.Files.Save(folder, BackboneTuning.LowRank);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "adapter_config.json")))!;
        Assert.Equal((3.0, true), ((double)config["lora_alpha"]!, (bool)config["use_rslora"]!));
        using var loaded = new AdapterFolder(backbone.Checkpoint, backbone.Transformer).Load(folder);
        Assert.All(loaded.Deltas.Values, delta => Assert.Equal(3 / Math.Sqrt(5), ((LowRankDelta)delta).Scale));
    }

    [Fact]
    public void DecomposedDeltasBeginWithTheLengthsOfTheWeights()
    {
        using NumbersHead head = new(backbone.View);
        using Tuning tuning = new(new() { Tuning = BackboneTuning.Dora }, backbone.Checkpoint, backbone.View, head, from: null);
        foreach (var (path, delta) in backbone.View.Adapter!.Deltas)
        {
            var weight = backbone.Transformer.NamedParameters[path + ".weight"];
            Assert.True(((DecomposedDelta)delta).Magnitudes.allclose((weight * weight).sum(1).sqrt()), path);
        }
    }

    [Fact]
    public void FactorsAreThoseOfKeysValuesAndFeedForwardLayers()
    {
        using NumbersHead head = new(backbone.View);
        using Tuning tuning = new(new() { Tuning = BackboneTuning.Ia3 }, backbone.Checkpoint, backbone.View, head, from: null);
        Assert.Equal(
            ["decoder.layers.0.cross_attention.k", "decoder.layers.0.cross_attention.v", "decoder.layers.0.feed_forward.down", "decoder.layers.0.self_attention.k", "decoder.layers.0.self_attention.v"],
            backbone.View.Adapter!.Deltas.Keys.Where(path => path.StartsWith("decoder.layers.0.", StringComparison.Ordinal)).Order());
        Assert.All(tuning.Parameters, parameter => Assert.True(parameter.Value.Equals(ones_like(parameter.Value))));
    }

    [Fact]
    public void OfACopyOnlyTheTopmostLayersLearnWhereARecipeSaysSo()
    {
        using NumbersHead head = new(backbone.View);
        var all = Names(new());
        Assert.Equal(backbone.Transformer.NamedParameters.Keys.Select(name => "backbone." + name).Order(), all);
        Assert.Equal(all.Where(name => name != "backbone.embeddings.weight"), Names(new() { TrainEmbeddings = false }));
        // One layer of encoder and two of decoder: the lower of the decoder's stays.
        string[] top = ["backbone.encoder.layers.0.", "backbone.decoder.layers.1.", "backbone.encoder.norm.", "backbone.decoder.norm."];
        Assert.Equal(all.Where(name => top.Any(start => name.StartsWith(start, StringComparison.Ordinal))), Names(new() { UnfreezeTop = 1 }));

        string[] Names(FineTuningRecipe recipe)
        {
            using Tuning tuning = new(recipe with { Tuning = BackboneTuning.Full }, backbone.Checkpoint, backbone.View, head, from: null);
            return [.. tuning.Parameters.Select(parameter => parameter.Name).Order()];
        }
    }

    [Fact]
    public void AConstantOfTheCheckpointIsSavedAndNotLearned()
    {
        using NumbersBackbone bart = new("models", "bart");
        using NumbersHead head = new(bart.View);
        using Tuning tuning = new(new() { Tuning = BackboneTuning.Full }, bart.Checkpoint, bart.View, head, from: null);
        Assert.Equal(bart.Transformer.NamedParameters.Keys.Except(["output.bias"]).Order(), tuning.Parameters.Select(parameter => parameter.Name["backbone.".Length..]).Order());
        tuning.Save(folder);
        using var saved = SafeTensorsFile.Open(Path.Combine(folder, "model.safetensors"));
        Assert.True(saved.Read("final_logits_bias").Equals(bart.Transformer.NamedParameters["output.bias"]));
    }

    [Theory]
    [InlineData(BackboneTuning.Prefix, 7)]
    [InlineData(BackboneTuning.LowRank, 0)]
    public void WhatIsWrittenLeavesRoomForVirtualTokens(BackboneTuning kind, int taken)
    {
        using NumbersBackbone bart = new("models", "bart");
        using NumbersHead head = new(bart.View);
        using Tuning tuning = new(new() { Tuning = kind, VirtualTokens = 7 }, bart.Checkpoint, bart.View, head, from: null);
        var facts = DecoderFacts.Of(bart.Checkpoint.Config, bart.View.Adapter);
        Assert.Equal(bart.Checkpoint.Config.MaxPositions - taken, facts.MaxLength);
        // As long as may be, whatever is asked for.
        Assert.Equal(facts.MaxLength, TaskWriter.Resolve(new() { MaxLength = bart.Checkpoint.Config.MaxPositions }, bart.Checkpoint.Config, adapter: bart.View.Adapter).LongestAfter(0));
    }

    [Fact]
    public void LayersBelowLearnSlowerByAFactorEach()
    {
        using NumbersHead head = new(backbone.View);
        using Tuning tuning = new(new() { Tuning = BackboneTuning.Full, LayerDecay = 0.5 }, backbone.Checkpoint, backbone.View, head, from: null);
        double Share(string name) => tuning.Parameters.Single(parameter => parameter.Name == name).RateShare;
        Assert.Equal(1, Share("backbone.decoder.norm.weight"));
        Assert.Equal(0.5, Share("backbone.decoder.layers.1.self_attention.q.weight"));
        Assert.Equal(0.25, Share("backbone.decoder.layers.0.self_attention.q.weight"));
        Assert.Equal(0.5, Share("backbone.encoder.layers.0.feed_forward.up.weight"));
        Assert.Equal(0.25, Share("backbone.encoder.relative_bias.weight"));
        Assert.Equal(0.125, Share("backbone.embeddings.weight"));

        // A step of plain gradient descent is as long as the share says.
        var weights = tuning.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value.detach().clone());
        using var optimizer = Optimizer.Of(new() { Optimizer = OptimizerKind.Sgd, WeightDecay = 0 }, tuning.Parameters);
        foreach (var parameter in tuning.Parameters)
        {
            parameter.Value.sum().backward();
        }

        optimizer.Step(0.1);
        Assert.All(tuning.Parameters, parameter => Assert.True((weights[parameter.Name] - parameter.Value).allclose(full_like(parameter.Value, 0.1 * parameter.RateShare), rtol: 1e-3, atol: 1e-5), parameter.Name));
    }

    // Every position's logits of the same batch, in evaluation mode.
    private Tensor Answer()
    {
        using var gradientless = no_grad();
        var batch = backbone.Collator.Collate([.. Examples.Select(example => example.Input)]);
        var (labels, _) = backbone.Collator.Collate([.. Examples.Select(example => example.Target)]);
        return backbone.View.Project(backbone.View.Decode(backbone.View.Encode(backbone.View.Embed(batch)), labels));
    }
}
