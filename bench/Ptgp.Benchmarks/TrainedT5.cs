using Ptgp.Backbone;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using static TorchSharp.torch;

namespace Ptgp.Benchmarks;

/// <summary>Ours: a step as <c>ptgp train</c> makes it, on t5-small's shape.</summary>
internal sealed class TrainedT5 : IDisposable
{
    private readonly Transformer transformer;
    private readonly Adapter? adapter;
    private readonly NumbersHead head;
    private readonly Optimizer optimizer;
    private readonly FineTuningRecipe recipe;
    private readonly Learner<long[], long[], long[], long[]> learner;
    private int step;

    /// <summary>Initializes a training.</summary>
    /// <param name="transformer">The backbone.</param>
    /// <param name="recipe">How it is trained.</param>
    /// <param name="like">Another one that trains the same, whose optimizer goes on with both; null for one of its own.</param>
    public TrainedT5(Transformer transformer, FineTuningRecipe recipe, TrainedT5? like = null)
    {
        (this.transformer, this.recipe) = (transformer, recipe);
        var config = transformer.Config;
        BackboneView view = new(
            new() { Name = "t5-small", Family = "t5", Features = BackboneFeatures.SeesBothSides | BackboneFeatures.Writes, Width = config.Width, Vocabulary = config.Vocabulary, MaxLength = int.MaxValue, MaxTargetLength = int.MaxValue },
            new NumbersTokenizer(config.Vocabulary),
            transformer);
        if (recipe.Tuning == BackboneTuning.LowRank)
        {
            view.Adapter = adapter = like?.adapter ?? new(transformer, AdapterTargets.Find(transformer.NamedParameters.Keys, recipe.Targets), recipe.Rank, recipe.Alpha, recipe.Seed);
        }

        var weights = adapter?.Weights ?? transformer.NamedParameters;
        optimizer = like?.optimizer ?? Optimizer.Of(recipe, weights.Select(weight => new TrainedParameter(weight.Key, weight.Value)));
        head = new(view);
        learner = new() { Head = head, Backbone = view, Collator = new() { Device = transformer.Device, PadId = 0, EndId = 1 }, Optimizer = optimizer, Recipe = recipe };
    }

    /// <summary>Makes a step of examples, input and labels each, and returns the mean loss.</summary>
    public double Step(IReadOnlyList<(long[] Input, long[] Labels)> examples)
    {
        foreach (var parameter in transformer.NamedParameters.Values)
        {
            parameter.requires_grad = adapter is null;
        }

        (transformer.Dropout, transformer.Recomputes) = (recipe.Dropout, recipe.GradientCheckpointing);
        transformer.train();
        return learner.Step(step++, 1e-4, [[.. examples.Select(example => new EncodedExample<long[]>(example.Input, Features.FromTokens(example.Input.Select(id => (int)id)), Target.FromLabels(example.Labels)))]]).Loss;
    }

    public void Dispose()
    {
        optimizer.Dispose();
        adapter?.Dispose();
        head.Dispose();
    }
}
