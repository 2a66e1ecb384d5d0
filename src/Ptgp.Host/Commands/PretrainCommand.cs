using System.CommandLine;
using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Host.Configuration;
using Ptgp.Host.Pretraining;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp pretrain</c>: pre-trains a backbone on plain text.</summary>
internal sealed class PretrainCommand : IPtgpCommand
{
    private static readonly string objectives = string.Join(", ", Objective.All.Select(objective => $"{objective.Name} ({objective.About})"));

    private readonly Argument<string> target = new("TARGET") { Description = "The checkpoint to begin with, such as one of 'ptgp models new': a folder, or the configuration's name of a backbone." };
    private readonly Option<string[]> objective = new("--objective") { Description = $"What is learned: {objectives}. Several are learned jointly, each counting by its weight (1).", HelpName = "NAME[:WEIGHT]", Required = true };
    private readonly Option<string[]> data = new("--data") { Description = "A text file in UTF-8, for tlm with two texts that say the same in a line, a tab between. May be repeated.", HelpName = "FILE", Required = true };
    private readonly Option<string[]> heldOut = new("--held-out") { Description = "A text file to evaluate while learning; the best state is kept. May be repeated.", HelpName = "FILE" };
    private readonly Option<string> output = new("--output") { Description = "The folder for what is learned; its 'best' is a checkpoint.", HelpName = "FOLDER", Required = true };
    private readonly Option<int> block = new("--block") { Description = "How many tokens are read as one.", HelpName = "N", DefaultValueFactory = _ => 128 };
    private readonly Option<double?> density = new("--density") { Description = "Which share of tokens or words is hidden. The default is that of the objective's paper.", HelpName = "SHARE" };
    private readonly Option<double> meanSpan = new("--mean-span") { Description = "How many tokens a span has on average, in 'span'.", HelpName = "N", DefaultValueFactory = _ => 3 };
    private readonly Option<DocumentUnit> documents = new("--documents") { Description = "What a document is.", DefaultValueFactory = _ => DocumentUnit.Line };
    private readonly Option<bool> separate = new("--separate") { Description = "Begins a block with each document, instead of joining them until it is full." };
    private readonly Option<string[]> recipe = new("--recipe") { Description = "Changes the recipe: one key, such as maxSteps=300, which stands over files; or those of a JSON file. May be repeated.", HelpName = "KEY=VALUE|FILE.json" };
    private readonly Option<bool> resume = new("--resume") { Description = "Goes on where an interrupted pre-training of the folder stopped." };
    private readonly Option<bool> json = new("--json") { Description = "Writes what came of it as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("pretrain", "Pre-trains a backbone on plain text. Writes the folder of the checkpoint.") { target, objective, data, heldOut, output, block, density, meanSpan, documents, separate, recipe, resume, json };
        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        var settings = Settings(parsed);
        var changes = parsed.GetValue(recipe) ?? [];
        Given.Recipe(context, changes, new());
        var backbone = Target(context, parsed.GetRequiredValue(target));
        var folder = Given.Folder(context, parsed.GetRequiredValue(output), "--output");
        TrainingResult result;
        using TrainingRecord record = new(folder);
        TrainingRequest request = new()
        {
            Data = Files(context, parsed.GetRequiredValue(data), "--data"),
            HeldOut = Files(context, parsed.GetValue(heldOut) ?? [], "--held-out"),
            Output = folder,
            Recipe = standing => Given.Recipe(context, changes, standing),
            Resume = parsed.GetValue(resume),
        };
        using (var display = TrainingDisplay.For(context))
        {
            Pretrainer pretrainer = new(CheckpointFolder.Open(backbone.Checkpoint), ComputeDevice.Choose(backbone), context.Log);
            result = await Task.Run(() => pretrainer.TrainAsync(settings, record.Watch(request, display), cancellation), CancellationToken.None).ConfigureAwait(false);
        }

        record.Report($"Pre-training by {string.Join(", ", settings.Objectives.Keys)}", request, result);
        var made = Path.Combine(folder, TrainingFolder.Best);
        context.Log.Status(result.WasInterrupted
            ? $"Interrupted after step {result.Steps}. It is saved: the same command with --resume goes on."
            : $"{Tables.Count(result.Steps, "step")}, {result.Parameters} parameters.{(result.Best is { } best ? $" Best after step {best.Step}: {TrainingDisplay.Say(best.Result)}." : "")}");
        await context.Out.WriteLineAsync((parsed.GetValue(json) ? AsJson(result, made) : made).AsMemory(), CancellationToken.None).ConfigureAwait(false);
        return result.WasInterrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private PretrainingSettings Settings(ParseResult parsed)
    {
        PretrainingSettings settings = new()
        {
            Objectives = ObjectiveChoice.Parse(parsed.GetRequiredValue(objective)),
            Block = parsed.GetValue(block),
            Density = parsed.GetValue(density),
            MeanSpan = parsed.GetValue(meanSpan),
            Documents = parsed.GetValue(documents),
            IsPacked = !parsed.GetValue(separate),
        };
        return settings switch
        {
            { Block: < 8 } => throw new UsageException($"--block must be at least 8, but is {settings.Block}."),
            { Density: <= 0 or >= 1 } => throw new UsageException(FormattableString.Invariant($"--density must be between 0 and 1, but is {settings.Density}.")),
            { MeanSpan: < 1 } => throw new UsageException(FormattableString.Invariant($"--mean-span must be at least 1, but is {settings.MeanSpan}.")),
            _ => settings,
        };
    }

    private static BackboneConfiguration Target(CommandContext context, string given)
    {
        if (Directory.Exists(context.Resolve(given)))
        {
            return new() { Checkpoint = context.Resolve(given) };
        }

        var known = context.ReadConfiguration(checksPlugins: false).Backbones;
        return known.TryGetValue(given, out var found) ? found
            : throw new UsageException($"TARGET must be a checkpoint's folder or a backbone of the configuration, but there is no '{given}'. {Nearest.Hint(given, known.Keys, "None are configured.")}");
    }

    private static IReadOnlyList<string> Files(CommandContext context, IEnumerable<string> given, string option) =>
        [.. given.Select(context.Resolve).Select(path => File.Exists(path) ? path : throw new UsageException($"{option} must name a text file, but there is none at '{path}'."))];

    private static string AsJson(TrainingResult result, string made)
    {
        var json = new JsonObject { ["steps"] = result.Steps, ["parameters"] = result.Parameters, ["checkpoint"] = made, ["interrupted"] = result.WasInterrupted };
        if (result.Best is { } best)
        {
            json["best"] = new JsonObject { ["step"] = best.Step, ["blocks"] = best.Result.Examples, ["loss"] = best.Result.Loss, ["metrics"] = Json.OfMetrics(best.Result.Metrics) };
        }

        return json.ToJsonString(Json.Line);
    }
}
