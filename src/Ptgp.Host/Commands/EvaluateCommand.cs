using System.CommandLine;
using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp evaluate</c>: answers a dataset and scores the answers.</summary>
internal sealed class EvaluateCommand : IPtgpCommand
{
    private readonly Argument<string> task = new("TASK") { Description = "A task of the configuration, such as en-de." };
    private readonly Option<string[]> data = new("--data") { Description = "A dataset with what is expected. May be repeated.", HelpName = "PATH", Required = true };
    private readonly Option<string?> format = new("--format") { Description = "The dataset's format, where its name does not say.", HelpName = "NAME" };
    private readonly Option<int?> limit = new("--limit") { Description = "Answers that many examples at most.", HelpName = "N" };
    private readonly Option<string?> predictions = new("--predictions") { Description = "A file for the answers: a JSON object with input, predicted and expected a line.", HelpName = "FILE" };
    private readonly Option<string[]> generation = new("--generation") { Description = "Says how to write, such as numBeams=1. May be repeated.", HelpName = "KEY=VALUE" };
    private readonly Option<bool> json = new("--json") { Description = "Writes the scores as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("evaluate", "Answers a dataset and scores the answers.") { task, data, format, limit, predictions, generation, json };
        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        var configuration = context.ReadConfiguration();
        var name = Given.Task(configuration, parsed.GetRequiredValue(task));
        var options = Given.Generation(context, parsed.GetValue(generation), configuration, name);
        var files = Given.Data(context, parsed.GetRequiredValue(data), "--data");
        if (parsed.GetValue(limit) is < 1 and var most)
        {
            throw new UsageException($"--limit must be at least 1, but is {most}.");
        }

        using var file = parsed.GetValue(predictions) is { } path ? OutputFile.Open(context.Resolve(path), "--predictions") : null;
        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        using var runner = await host.OpenAsync(name, TaskUse.Answering, options, cancellation).ConfigureAwait(false);
        using var status = new StatusLine(context);
        var result = await runner.EvaluateAsync(
            new()
            {
                Data = files,
                Format = parsed.GetValue(format),
                Limit = parsed.GetValue(limit),
                Generation = options,
                OnProgress = answered => status.Show($"{answered} answered"),
                OnPrediction = file is null ? null : prediction => file.Writer.WriteLine(prediction.ToLine()),
            },
            cancellation).ConfigureAwait(false);
        file?.Commit();
        status.Clear();
        await context.Out.WriteLineAsync((parsed.GetValue(json) ? AsJson(name, result) : Tables.OfMetrics(result, context)).AsMemory(), cancellation).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static string AsJson(string name, EvaluationResult result)
    {
        var json = new JsonObject { ["task"] = name, ["examples"] = result.Examples, ["metrics"] = Json.OfMetrics(result.Metrics) };
        if (result.Loss is { } loss)
        {
            json["loss"] = loss;
        }

        if (result.Metrics.Any(metric => metric.Signature is not null))
        {
            json["signatures"] = new JsonObject(result.Metrics.Where(metric => metric.Signature is not null).Select(metric => KeyValuePair.Create(metric.Name, (JsonNode?)metric.Signature)));
        }

        return json.ToJsonString(Json.Line);
    }
}
