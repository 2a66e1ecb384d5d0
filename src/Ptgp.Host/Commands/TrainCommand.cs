using System.CommandLine;
using System.Text.Json.Nodes;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training.Reports;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp train</c>: fine-tunes a task by its plugin's recipe, or several at once.</summary>
internal sealed class TrainCommand : IPtgpCommand
{
    private readonly Argument<string[]> task = new("TASK") { Description = "A task of the configuration, such as en-de; or several, to be trained at once.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string[]> data = new("--data") { Description = "A dataset to learn from. May be repeated. With several tasks TASK=PATH.", HelpName = "PATH", Required = true };
    private readonly Option<string[]> heldOut = new("--held-out") { Description = "A dataset to evaluate while learning; the best state is kept. May be repeated. With several tasks TASK=PATH.", HelpName = "PATH" };
    private readonly Option<string?> format = new("--format") { Description = "The datasets' format, where their names do not say.", HelpName = "NAME" };
    private readonly Option<string?> output = new("--output") { Description = "The folder for what is learned.", HelpName = "FOLDER" };
    private readonly Option<string[]> recipe = new("--recipe") { Description = "Changes the plugin's recipe: one key, such as tuning=full, which stands over files; or those of a JSON file. May be repeated.", HelpName = "KEY=VALUE|FILE.json" };
    private readonly Option<bool> joint = new("--joint") { Description = "Lets several tasks learn one backbone, all of it, which is saved as a checkpoint for them all." };
    private readonly Option<bool> resume = new("--resume") { Description = "Goes on where an interrupted training of the folder stopped." };
    private readonly Option<bool> strict = new("--strict") { Description = "Stops at the first line of the data that is no example, instead of leaving it out." };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Makes a few steps that are thrown away, and says how many steps, how much time, memory and disk the training would take." };
    private readonly Option<bool> findRate = new("--find-lr") { Description = "Makes a hundred steps that are thrown away, at rising learning rates, and says at which the loss falls most steeply; with --output it draws them too." };
    private readonly Option<string[]> sweep = new("--sweep") { Description = "Trains once for each of these values of a key of the recipe, each into a folder of its own in --output. May be repeated: then for each combination.", HelpName = "KEY=VALUE,VALUE" };
    private readonly Option<bool> json = new("--json") { Description = "Writes what came of it as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("train", "Fine-tunes a task, or several at once.") { task, data, heldOut, format, output, recipe, joint, resume, strict, dryRun, findRate, sweep, json };
        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        var configuration = context.ReadConfiguration();
        string[] names = [.. parsed.GetRequiredValue(task).Select(name => Given.Task(configuration, name)).Distinct()];
        var changes = parsed.GetValue(recipe) ?? [];
        var choices = RecipeSweep.Choices(parsed.GetValue(sweep) ?? []);
        foreach (var choice in choices)
        {
            Given.Recipe(context, [.. changes, .. choice], new());
        }

        var isJoint = parsed.GetValue(joint) && (names.Length > 1 ? true : throw new UsageException("--joint needs several tasks, which learn one backbone, but there is one. Name more, or set tuning=full."));
        var isTrial = parsed.GetValue(dryRun) || parsed.GetValue(findRate);
        if (isTrial && (choices.Count > 1 || names.Length > 1))
        {
            throw new UsageException($"--dry-run and --find-lr try one training, but there {(choices.Count > 1 ? "is a --sweep" : "are several tasks")}. Try each by itself.");
        }

        if (isTrial && parsed.GetValue(resume))
        {
            throw new UsageException("--dry-run and --find-lr begin anew and throw away what they learn, so that there is nothing to go on with: leave out --resume.");
        }

        var data = Given.DataOf(context, names, parsed.GetRequiredValue(this.data), "--data");
        var held = Given.DataOf(context, names, parsed.GetValue(heldOut) ?? [], "--held-out");
        if (names.FirstOrDefault(name => data[name].Count == 0) is { } without)
        {
            throw new UsageException($"--data must name something to learn from for each task, but there is nothing for '{without}'. Add --data {without}=PATH.");
        }

        var folder = parsed.GetValue(output) is { } path ? Given.Folder(context, path, "--output") : isTrial ? "" : throw new UsageException("'ptgp train' must be told where to save: --output FOLDER.");
        if (isTrial)
        {
            return await TryAsync(parsed, context, configuration, names[0], Request(names[0], folder, []), cancellation).ConfigureAwait(false);
        }

        List<(string[] Choice, IReadOnlyList<TrainingResult> Results)> runs = [];
        foreach (var (number, choice) in choices.Index())
        {
            if (choices.Count > 1)
            {
                context.Log.Status($"{number + 1} of {choices.Count}: {string.Join(", ", choice)}");
            }

            var into = choice.Length == 0 ? folder : Path.Combine(folder, RecipeSweep.Folder(choice));
            TrainingJob job = new()
            {
                Context = context,
                Configuration = configuration,
                Tasks = [.. names.Select(name => KeyValuePair.Create(name, Request(name, names.Length > 1 && !isJoint ? Path.Combine(into, name) : into, choice)))],
                IsJoint = isJoint,
            };
            var results = await job.RunAsync(cancellation).ConfigureAwait(false);
            runs.Add((choice, results));
            if (choice.Length == 0)
            {
                for (var i = 0; i < results.Count; i++)
                {
                    var line = parsed.GetValue(json) ? AsJson(isJoint ? names : [names[i]], results[i]).ToJsonString(Json.Line) : AsText(results[i]);
                    await context.Out.WriteLineAsync(line.AsMemory(), CancellationToken.None).ConfigureAwait(false);
                }
            }

            if (results.Any(result => result.WasInterrupted))
            {
                context.Log.Status($"Interrupted after step {results.Sum(result => result.Steps)}. It is saved: the same command with --resume goes on.");
                return ExitCode.Interrupted;
            }
        }

        foreach (var (number, name) in (choices[0].Length == 0 ? [] : isJoint ? [string.Join(' ', names)] : names).Index())
        {
            (string[] Choice, TrainingResult Result)[] ranked = [.. RecipeSweep.Ranked([.. runs.Select(run => (run.Choice, run.Results[number]))])];
            var said = parsed.GetValue(json)
                ? new JsonArray([.. ranked.Select(run => new JsonObject { ["recipe"] = new JsonArray([.. run.Choice]), ["result"] = AsJson([name], run.Result) })]).ToJsonString(Json.Line)
                : RecipeSweep.AsText(context, ranked);
            await context.Out.WriteLineAsync(said.AsMemory(), CancellationToken.None).ConfigureAwait(false);
        }

        return ExitCode.Done;

        TrainingRequest Request(string name, string output, string[] choice) => new()
        {
            Data = data[name],
            HeldOut = held[name],
            Format = parsed.GetValue(format),
            Output = output,
            Recipe = standing => Given.Recipe(context, [.. changes, .. choice], standing),
            Resume = parsed.GetValue(resume),
            IsStrict = parsed.GetValue(strict),
        };
    }

    private async Task<int> TryAsync(ParseResult parsed, CommandContext context, HostConfiguration configuration, string name, TrainingRequest request, CancellationToken cancellation)
    {
        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        await host.CheckTrainingAsync(name, request, isJoint: false, cancellation).ConfigureAwait(false);
        using var runner = await host.OpenAsync(name, TaskUse.Training, new(), cancellation).ConfigureAwait(false);
        using var status = new StatusLine(context);
        string said;
        if (parsed.GetValue(findRate))
        {
            var found = await LearningRateSearch.RunAsync(runner, request, status, cancellation).ConfigureAwait(false);
            said = parsed.GetValue(json) ? found.AsJson().ToJsonString(Json.Line) : found.AsText();
            if (request.Output.Length > 0)
            {
                Directory.CreateDirectory(request.Output);
                Curves.DrawRates(Path.Combine(request.Output, "learning-rates.png"), found.Points, found.First, found.Smoothed, found.Steepest);
            }
        }
        else
        {
            var report = await TrainingTrial.RunAsync(runner, request, status, cancellation).ConfigureAwait(false);
            said = parsed.GetValue(json) ? report.ToJsonString(Json.Line) : TrainingTrial.AsText(report);
        }

        status.Clear();
        await context.Out.WriteLineAsync(said.AsMemory(), cancellation).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static string AsText(TrainingResult result) =>
        $"{Tables.Count(result.Steps, "step")}, {result.Parameters} parameters trained, saved in '{result.Output}'."
        + (result.Best is { } best ? $" Best after step {best.Step}: {TrainingDisplay.Say(best.Result)}." : "");

    private static JsonObject AsJson(IReadOnlyList<string> names, TrainingResult result)
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

        return json;
    }
}
