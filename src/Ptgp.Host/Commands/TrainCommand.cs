using System.CommandLine;
using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp train</c>: fine-tunes a task by its plugin's recipe.</summary>
internal sealed class TrainCommand : IPtgpCommand
{
    private readonly Argument<string> task = new("TASK") { Description = "A task of the configuration, such as en-de." };
    private readonly Option<string[]> data = new("--data") { Description = "A dataset to learn from. May be repeated.", HelpName = "PATH", Required = true };
    private readonly Option<string[]> heldOut = new("--held-out") { Description = "A dataset to evaluate while learning; the best state is kept. May be repeated.", HelpName = "PATH" };
    private readonly Option<string?> format = new("--format") { Description = "The datasets' format, where their names do not say.", HelpName = "NAME" };
    private readonly Option<string> output = new("--output") { Description = "The folder for what is learned.", HelpName = "FOLDER", Required = true };
    private readonly Option<string[]> recipe = new("--recipe") { Description = "Changes the plugin's recipe: one key, such as tuning=full, which stands over files; or those of a JSON file. May be repeated.", HelpName = "KEY=VALUE|FILE.json" };
    private readonly Option<bool> resume = new("--resume") { Description = "Goes on where an interrupted training of the folder stopped." };
    private readonly Option<bool> strict = new("--strict") { Description = "Stops at the first line of the data that is no example, instead of leaving it out." };
    private readonly Option<bool> json = new("--json") { Description = "Writes what came of it as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("train", "Fine-tunes a task.") { task, data, heldOut, format, output, recipe, resume, strict, json };
        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        var configuration = context.ReadConfiguration();
        var name = Given.Task(configuration, parsed.GetRequiredValue(task));
        var changes = parsed.GetValue(recipe) ?? [];
        Given.Recipe(context, changes, new());
        var (files, held) = (Given.Data(context, parsed.GetRequiredValue(data), "--data"), Given.Data(context, parsed.GetValue(heldOut) ?? [], "--held-out"));
        var folder = Given.Folder(context, parsed.GetRequiredValue(output), "--output");

        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        using var runner = await host.OpenAsync(name, TaskUse.Training, new(), cancellation).ConfigureAwait(false);
        TrainingResult result;
        using (var display = TrainingDisplay.For(context))
        {
            result = await runner.TrainAsync(
                new()
                {
                    Data = files,
                    HeldOut = held,
                    Format = parsed.GetValue(format),
                    Output = folder,
                    Recipe = standing => Given.Recipe(context, changes, standing),
                    Resume = parsed.GetValue(resume),
                    IsStrict = parsed.GetValue(strict),
                    OnStep = display.Show,
                    OnEvaluation = display.Show,
                },
                cancellation).ConfigureAwait(false);
        }

        await context.Out.WriteLineAsync((parsed.GetValue(json) ? AsJson(name, result) : AsText(result)).AsMemory(), CancellationToken.None).ConfigureAwait(false);
        if (result.WasInterrupted)
        {
            context.Log.Status($"Interrupted after step {result.Steps}. It is saved: the same command with --resume goes on.");
        }

        return result.WasInterrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static string AsText(TrainingResult result) =>
        $"{Tables.Count(result.Steps, "step")}, {result.Parameters} parameters trained, saved in '{result.Output}'."
        + (result.Best is { } best ? $" Best after step {best.Step}: {TrainingDisplay.Say(best.Result)}." : "");

    private static string AsJson(string name, TrainingResult result)
    {
        var json = new JsonObject { ["task"] = name, ["steps"] = result.Steps, ["parameters"] = result.Parameters, ["output"] = result.Output, ["badLines"] = result.BadLines, ["interrupted"] = result.WasInterrupted };
        if (result.Best is { } best)
        {
            json["best"] = new JsonObject { ["step"] = best.Step, ["examples"] = best.Result.Examples, ["loss"] = best.Result.Loss, ["metrics"] = Json.OfMetrics(best.Result.Metrics) };
        }

        return json.ToJsonString(Json.Line);
    }
}
