using Ptgp.Backbone;
using Ptgp.Host.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>What a recipe trains: the head, and beside it deltas or a copy of the backbone. While it lives, the view sees the backbone through them; disposed, it sees the shared one as before.</summary>
internal sealed class Tuning : ITuning
{
    private readonly BackboneView view;
    private readonly nn.Module head;
    private readonly Transformer shared;
    private readonly Adapter? before;
    private readonly FineTuningRecipe recipe;
    private bool? isTraining;

    /// <summary>Begins to tune.</summary>
    /// <param name="recipe">What to train.</param>
    /// <param name="checkpoint">The backbone's checkpoint.</param>
    /// <param name="view">The backbone as the head sees it.</param>
    /// <param name="head">The head.</param>
    /// <param name="from">The folder of an interrupted training to go on from; null to begin anew.</param>
    /// <exception cref="UsageException">There is nothing to train, or the recipe's targets are not there.</exception>
    public Tuning(FineTuningRecipe recipe, CheckpointFolder checkpoint, BackboneView view, nn.Module head, string? from)
    {
        (this.recipe, this.view, this.head, shared, before, Kind) = (recipe, view, head, view.Transformer, view.Adapter, recipe.Tuning);
        Files = new(checkpoint, view, head);
        if (Kind == BackboneTuning.Frozen && !head.parameters().Any(parameter => parameter.requires_grad))
        {
            throw new UsageException($"Tuning 'frozen' trains the head alone, but {head.GetType().Name} has no parameters. Choose 'lowRank' or 'full'.");
        }

        head.to(shared.Device);
        view.Adapter = null;
        try
        {
            if (from is not null)
            {
                // Trained in float32 whatever the backbone answers with: 16 bits cannot hold a small step.
                Files.Load(from, float32, trainable: true);
            }
            else if (Kind == BackboneTuning.Full)
            {
                view.Transformer = checkpoint.LoadTransformer(shared.Device, float32, trainable: true);
            }
            else
            {
                view.Adapter = Fresh(new(checkpoint, shared));
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        if (Kind == BackboneTuning.Full)
        {
            Freeze(view.Transformer, recipe);
        }

        Parameters = [.. Collect().Where(parameter => parameter.Value.requires_grad)];
    }

    /// <summary>Gets what happens to the backbone.</summary>
    public BackboneTuning Kind { get; }

    /// <summary>Gets everything that is learned.</summary>
    public IReadOnlyList<TrainedParameter> Parameters { get; }

    /// <summary>Gets how it is kept.</summary>
    public TrainedTask Files { get; }

    /// <inheritdoc />
    public void Save(string folder) => Files.Save(folder, Kind);

    /// <summary>Lets the head learn, and the backbone drop activations unless it is frozen.</summary>
    public void Train() => Switch(toTraining: true);

    /// <summary>Lets head and backbone answer.</summary>
    public void Evaluate() => Switch(toTraining: false);

    /// <inheritdoc />
    public void Dispose()
    {
        Evaluate();
        view.Transformer.Dropout = null;
        view.Adapter?.Dispose();
        if (view.Transformer != shared)
        {
            view.Transformer.Dispose();
        }

        (view.Transformer, view.Adapter) = (shared, before);
    }

    private void Switch(bool toTraining)
    {
        // The backbone may be shared with tasks that are trained at the same time, and which have switched it for themselves.
        var isBackboneTraining = toTraining && Kind != BackboneTuning.Frozen;
        view.Transformer.Dropout = recipe.Dropout;
        view.Transformer.Recomputes = toTraining && recipe.GradientCheckpointing;
        view.Transformer.RowLength = toTraining ? recipe.Packing : null;
        if (isTraining != toTraining || view.Transformer.training != isBackboneTraining)
        {
            head.train(toTraining);
            view.Transformer.train(isBackboneTraining);
            view.Adapter?.train(toTraining);
            isTraining = toTraining;
        }
    }

    /// <summary>Gets the share of the learning rate that a parameter learns with.</summary>
    internal static double RateShare(string path, FineTuningRecipe recipe, TransformerConfig config) => Math.Pow(recipe.LayerDecay, LayerPlaces.Depth(path, config));

    // Of a copy, a recipe may leave a part as it is.
    internal static void Freeze(Transformer learned, FineTuningRecipe recipe)
    {
        foreach (var (name, parameter) in learned.NamedParameters)
        {
            parameter.requires_grad = parameter.requires_grad
                && (recipe.TrainEmbeddings || !LayerPlaces.IsEmbedding(name)) && (recipe.UnfreezeTop is not { } top || LayerPlaces.Depth(name, learned.Config) <= top);
        }
    }

    // Bottlenecks have the function that AdapterHub gives those of their placement.
    private Adapter? Fresh(AdapterFolder adapters) => Kind switch
    {
        BackboneTuning.LowRank or BackboneTuning.Dora => adapters.Draw(Targets(), recipe.Rank, recipe.Alpha, recipe.Seed, recipe.RsLora, Kind == BackboneTuning.Dora, recipe.LowRankDropout),
        BackboneTuning.Ia3 => adapters.MakeFactors(),
        BackboneTuning.Prompt => adapters.DrawPrompt(recipe.VirtualTokens, recipe.Seed),
        BackboneTuning.Prefix => Fitting(() => adapters.DrawPrefix(recipe.VirtualTokens, recipe.Seed)),
        BackboneTuning.Houlsby => new(shared, BottleneckPlacement.Houlsby, recipe.Rank, recipe.Seed, Activation.Silu),
        BackboneTuning.Pfeiffer => new(shared, BottleneckPlacement.Pfeiffer, recipe.Rank, recipe.Seed, Activation.Relu),
        _ => null,
    };

    private IReadOnlyList<string> Targets() => Fitting(() => AdapterTargets.Find(shared.NamedParameters.Keys, recipe.Targets));

    private static T Fitting<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException fault)
        {
            throw new UsageException(fault.Message, fault);
        }
    }

    private IEnumerable<TrainedParameter> Collect()
    {
        foreach (var (name, parameter) in head.named_parameters())
        {
            yield return new("head." + name, parameter);
        }

        if (view.Adapter is not null)
        {
            foreach (var (name, parameter) in view.Adapter.Weights)
            {
                yield return new("adapter." + name, parameter) { RateShare = RateShare(name) };
            }
        }
        else if (Kind == BackboneTuning.Full)
        {
            foreach (var (name, parameter) in view.Transformer.NamedParameters)
            {
                yield return new("backbone." + name, parameter) { RateShare = RateShare(name) };
            }
        }
    }

    private double RateShare(string path) => RateShare(path, recipe, shared.Config);
}
