using System.Text.Json;
using System.Text.Json.Serialization;
using Ptgp.Backbone;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using static TorchSharp.torch;

namespace Ptgp.Host.Pretraining;

/// <summary>Pre-trains a backbone on plain text, by the training loop of tasks.</summary>
/// <param name="checkpoint">The checkpoint it begins with.</param>
/// <param name="device">What it computes on.</param>
/// <param name="log">Where what is noteworthy is said.</param>
internal sealed class Pretrainer(CheckpointFolder checkpoint, ComputeDevice device, IConsoleLog log)
{
    /// <summary>The file in the output's folder that says what is learned.</summary>
    public const string SettingsFile = "pretraining.json";

    private static readonly JsonSerializerOptions layout = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Trains. When cancelled it ends the step, saves and returns.</summary>
    /// <param name="settings">What is learned.</param>
    /// <param name="request">From what, how, and where to.</param>
    /// <param name="cancellation">Interrupts it.</param>
    /// <exception cref="UserException">Backbone, text, recipe or output will not do.</exception>
    public async Task<TrainingResult> TrainAsync(PretrainingSettings settings, TrainingRequest request, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        var description = checkpoint.Describe(Path.GetFileName(checkpoint.Path));
        var tokenizer = checkpoint.LoadTokenizer();
        SpecialIds ids = new(tokenizer);
        var objectives = ObjectiveChoice.Of(settings, description, ids);
        var recipe = request.Recipe(new PretrainingPlugin(objectives, settings, 0).Recipe);
        var reader = Reader(settings, objectives, description, ids);
        var (blocks, held) = (reader.Read(request.Data), reader.Read(request.HeldOut));
        var (unrolled, rounds) = Unroll(recipe, objectives.Count, blocks.Count);
        log.Status($"{device.Describe(description.Name)}; {blocks.Count} blocks of text, {string.Join(" + ", objectives.Select(one => one.Objective.Name))}.");
        Keep(settings, request);

        manual_seed(recipe.Seed);
        PretrainingPlugin plugin = new(objectives, settings, recipe.Seed);
        using var backbone = LoadedBackbone.Load(checkpoint, description, checkpoint.LoadTokenizer(), device);
        BackboneView view = new(description, backbone.Tokenizer, backbone.Transformer);
        using var head = (PretrainingHead)plugin.CreateHead(view);
        Trainer<TextBlock, PretrainingPart, int, int> trainer = new()
        {
            Plugin = plugin,
            Head = head,
            Backbone = view,
            Checkpoint = checkpoint,
            Recipe = unrolled,
            Examples = Enumerable.Range(0, rounds).SelectMany(round => blocks.Select(block => new Example<TextBlock, int>(block with { Round = round }, 0))),
            HeldOut = [.. held.Select(block => new Example<TextBlock, int>(block, 0))],
            Answer = (inputs, _) => Task.FromResult<IReadOnlyList<int>>(new int[inputs.Count]),
            Log = log,
        };
        return await trainer.TrainAsync(request, cancellation).ConfigureAwait(false);
    }

    private static TextBlocks Reader(PretrainingSettings settings, IReadOnlyList<(Objective Objective, double Weight)> objectives, BackboneDescription description, SpecialIds ids)
    {
        if (settings.Block > description.MaxLength)
        {
            throw new UserException($"A block must fit the backbone, which reads {description.MaxLength} tokens, but has {settings.Block}. Lower --block.");
        }

        var writesOn = !description.Features.HasFlag(BackboneFeatures.SeesBothSides);
        return new(settings, ids.Tokenizer, objectives.Min(one => one.Objective.Room(ids, settings)), writesOn ? ids.Tokenizer.EndId : null, objectives.Any(one => one.Objective.NeedsPairs));
    }

    /// <summary>Makes one epoch of all: each time a block comes again, something else of it is hidden, which is an example of its own. A batch has as many blocks as the recipe says.</summary>
    private static (FineTuningRecipe Recipe, int Rounds) Unroll(FineTuningRecipe recipe, int objectives, int blocks)
    {
        if (recipe.Tuning != BackboneTuning.Full)
        {
            throw new UsageException($"Pre-training makes a backbone, so its tuning must be 'full', but is '{recipe.Tuning}'. Leave it out, or train a task by 'ptgp train'.");
        }

        var stepsPerRound = Math.Max(1, (blocks + (recipe.BatchSize * recipe.Accumulation) - 1) / (recipe.BatchSize * recipe.Accumulation));
        var rounds = recipe.MaxSteps is { } most ? (most + stepsPerRound - 1) / stepsPerRound : recipe.Epochs;
        return (recipe with { Epochs = 1, BatchSize = recipe.BatchSize * objectives, EvaluateEvery = recipe.EvaluateEvery ?? stepsPerRound }, rounds);
    }

    private static void Keep(PretrainingSettings settings, TrainingRequest request)
    {
        var (file, text) = (Path.Combine(request.Output, SettingsFile), JsonSerializer.Serialize(settings, layout) + "\n");
        if (request.Resume && File.Exists(file) && File.ReadAllText(file) is var kept && kept != text)
        {
            throw new UsageException($"The pre-training in '{request.Output}' can only go on as it began, with what '{file}' says:\n{kept}Use the same options, or pre-train without --resume into another folder.");
        }

        Directory.CreateDirectory(request.Output);
        AtomicFile.Write(file, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
    }
}
