using System.CommandLine;
using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp train</c>: fine-tunes a task by its plugin's recipe, or several at once.</summary>
internal sealed class TrainCommand : IPtgpCommand
{
    private readonly Argument<string[]> task = new("TASK") { Description = "A task of the configuration, such as en-de; or several, to be trained at once.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> data = new("--data") { Description = "A dataset to learn from. May be repeated. With several tasks TASK=PATH.", HelpName = "PATH", Required = true };
    private readonly Option<string[]> heldOut = new("--held-out") { Description = "A dataset to evaluate while learning; the best state is kept. May be repeated. With several tasks TASK=PATH.", HelpName = "PATH" };
    private readonly Option<string?> format = new("--format") { Description = "The datasets' format, where their names do not say.", HelpName = "NAME" };
    private readonly Option<string> output = new("--output") { Description = "The folder for what is learned.", HelpName = "FOLDER", Required = true };
    private readonly Option<string[]> recipe = new("--recipe") { Description = "Changes the plugin's recipe: one key, such as tuning=full, which stands over files; or those of a JSON file. May be repeated.", HelpName = "KEY=VALUE|FILE.json" };
    private readonly Option<bool> joint = new("--joint") { Description = "Lets several tasks learn one backbone, all of it, which is saved as a checkpoint for them all." };
    private readonly Option<bool> resume = new("--resume") { Description = "Goes on where an interrupted training of the folder stopped." };
    private readonly Option<bool> strict = new("--strict") { Description = "Stops at the first line of the data that is no example, instead of leaving it out." };
    private readonly Option<bool> json = new("--json") { Description = "Writes what came of it as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("train", "Fine-tunes a task, or several at once.") { task, data, heldOut, format, output, recipe, joint, resume, strict, json };
        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        var configuration = context.ReadConfiguration();
        string[] names = [.. parsed.GetRequiredValue(task).Select(name => Given.Task(configuration, name)).Distinct()];
        var changes = parsed.GetValue(recipe) ?? [];
        Given.Recipe(context, changes, new());
        var isJoint = parsed.GetValue(joint) && (names.Length > 1 ? true : throw new UsageException("--joint needs several tasks, which learn one backbone, but there is one. Name more, or set tuning=full."));
        var data = Given.DataOf(context, names, parsed.GetRequiredValue(this.data), "--data");
        var held = Given.DataOf(context, names, parsed.GetValue(heldOut) ?? [], "--held-out");
        if (names.FirstOrDefault(name => data[name].Count == 0) is { } without)
        {
            throw new UsageException($"--data must name something to learn from for each task, but there is nothing for '{without}'. Add --data {without}=PATH.");
        }

        var folder = Given.Folder(context, parsed.GetRequiredValue(output), "--output");
        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        IReadOnlyList<TrainingResult> results;
        using (var display = TrainingDisplay.For(context))
        using (cancellation.Register(() => context.Log.Status("Finishing the step and saving. A second Ctrl-C ends at once, and what was not saved is lost.")))
        {
            var requests = names.Select(name => KeyValuePair.Create(name, Request(name)));
            if (names.Length == 1)
            {
                using var runner = await host.OpenAsync(names[0], TaskUse.Training, new(), cancellation).ConfigureAwait(false);
                results = [await runner.TrainAsync(requests.Single().Value, cancellation).ConfigureAwait(false)];
            }
            else
            {
                results = await host.TrainTogetherAsync([.. requests], isJoint, cancellation).ConfigureAwait(false);
            }

            TrainingRequest Request(string name)
            {
                var label = names.Length > 1 && !isJoint ? name : null;
                return new()
                {
                    Data = data[name],
                    HeldOut = held[name],
                    Format = parsed.GetValue(format),
                    Output = label is null ? folder : Path.Combine(folder, name),
                    Recipe = standing => Given.Recipe(context, changes, standing),
                    Resume = parsed.GetValue(resume),
                    IsStrict = parsed.GetValue(strict),
                    OnStep = step => display.Show(step with { Task = label }),
                    OnEvaluation = evaluation => display.Show(evaluation with { Task = label }),
                };
            }
        }

        for (var i = 0; i < results.Count; i++)
        {
            var line = parsed.GetValue(json) ? AsJson(isJoint ? names : [names[i]], results[i]) : AsText(results[i]);
            await context.Out.WriteLineAsync(line.AsMemory(), CancellationToken.None).ConfigureAwait(false);
        }

        var wasInterrupted = results.Any(result => result.WasInterrupted);
        if (wasInterrupted)
        {
            context.Log.Status($"Interrupted after step {results.Sum(result => result.Steps)}. It is saved: the same command with --resume goes on.");
        }

        return wasInterrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static string AsText(TrainingResult result) =>
        $"{Tables.Count(result.Steps, "step")}, {result.Parameters} parameters trained, saved in '{result.Output}'."
        + (result.Best is { } best ? $" Best after step {best.Step}: {TrainingDisplay.Say(best.Result)}." : "");

    private static string AsJson(IReadOnlyList<string> names, TrainingResult result)
    {
        var json = new JsonObject
        {
            ["task"] = string.Join(' ', names),
            ["steps"] = result.Steps,
            ["parameters"] = result.Parameters,
            ["output"] = result.Output,
            ["badLines"] = result.BadLines,
            ["interrupted"] = result.WasInterrupted,
        };
        if (result.Best is { } best)
        {
            json["best"] = new JsonObject { ["step"] = best.Step, ["examples"] = best.Result.Examples, ["loss"] = best.Result.Loss, ["metrics"] = Json.OfMetrics(best.Result.Metrics) };
        }

        return json.ToJsonString(Json.Line);
    }
}
