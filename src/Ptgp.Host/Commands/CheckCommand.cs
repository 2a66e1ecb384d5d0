using System.CommandLine;
using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp check</c>: says of each task whether it could run, without reading a weight.</summary>
internal sealed class CheckCommand : IPtgpCommand
{
    private readonly Option<bool> resolved = new("--resolved") { Description = "Shows how each task writes: what configuration, plugin and checkpoint ask for, merged." };
    private readonly Option<bool> json = new("--json") { Description = "Writes the verdict as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("check", "Checks configuration, plugins and checkpoints.") { resolved, json };
        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        var configuration = context.ReadConfiguration();
        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        var verdicts = new List<Verdict>();
        foreach (var task in configuration.Tasks.Keys)
        {
            var fits = configuration.Backbones.Count > 1 ? await host.FindFitsAsync(task, cancellation).ConfigureAwait(false) : [];
            verdicts.Add(await InspectAsync(host, task, cancellation).ConfigureAwait(false) with { Elsewhere = [.. fits.Where(fit => fit.Backbone != configuration.Tasks[task].Backbone)] });
        }

        var text = parsed.GetValue(json) ? AsJson(configuration, verdicts).ToJsonString(Json.Line) : AsText(configuration, verdicts, parsed.GetValue(resolved));
        await context.Out.WriteLineAsync(text.AsMemory(), cancellation).ConfigureAwait(false);
        return verdicts.Max(verdict => (int?)verdict.ExitCode) ?? ExitCode.Done;
    }

    private static async Task<Verdict> InspectAsync(ITaskHost host, string task, CancellationToken cancellation)
    {
        try
        {
            return new(task, await host.InspectAsync(task, cancellation).ConfigureAwait(false), null, ExitCode.Done, []);
        }
        catch (UserException fault)
        {
            return new(task, null, fault.Message, fault.ExitCode, []);
        }
        catch (CheckpointException fault)
        {
            return new(task, null, fault.Message, ExitCode.Failed, []);
        }
    }

    private static string AsText(HostConfiguration configuration, List<Verdict> verdicts, bool isResolved)
    {
        List<string> lines = [$"'{configuration.File}' holds: {Tables.Count(configuration.Backbones.Count, "backbone")}, {Tables.Count(configuration.Tasks.Count, "task")}."];
        foreach (var (task, found, fault, _, elsewhere) in verdicts)
        {
            lines.Add(found is null
                ? $"Task '{task}' cannot run. {fault}"
                : $"Task '{task}' can run: {found.Plugin} on '{found.Backbone.Name}' ({found.Backbone.Family}, {found.Backbone.Width} wide).");
            lines.AddRange((found?.Remarks ?? []).Select(remark => $"  {remark}"));
            lines.AddRange(elsewhere.Select(fit => $"  On '{fit.Backbone}'{(fit.Description is { } known ? $" ({known.Family})" : "")} it could {(fit.Fault is null ? "run, too." : $"not. {fit.Fault}")}"));
            if (isResolved && found is not null)
            {
                lines.AddRange(Json.OfOptions(found.Generation).Select(option => $"  {option.Key}: {option.Value?.ToJsonString(Json.Line)}"));
            }
        }

        return string.Join('\n', lines);
    }

    private static JsonObject AsJson(HostConfiguration configuration, List<Verdict> verdicts) => new()
    {
        ["configuration"] = configuration.File,
        ["ok"] = verdicts.TrueForAll(verdict => verdict.Found is not null),
        ["tasks"] = new JsonObject(verdicts.Select(verdict => KeyValuePair.Create(verdict.Task, (JsonNode?)AsJson(verdict)))),
    };

    private static JsonObject AsJson(Verdict verdict)
    {
        var json = verdict.Found is { } found
            ? new JsonObject
            {
                ["ok"] = true,
                ["plugin"] = found.Plugin,
                ["backbone"] = found.Backbone.Name,
                ["family"] = found.Backbone.Family,
                ["generation"] = Json.OfOptions(found.Generation),
                ["remarks"] = new JsonArray([.. found.Remarks.Select(remark => (JsonNode)remark)]),
            }
            : new JsonObject { ["ok"] = false, ["fault"] = verdict.Fault };
        if (verdict.Elsewhere.Count > 0)
        {
            json["elsewhere"] = new JsonObject(verdict.Elsewhere.Select(fit => KeyValuePair.Create(fit.Backbone, (JsonNode?)(fit.Fault is null
                ? new JsonObject { ["ok"] = true }
                : new JsonObject { ["ok"] = false, ["fault"] = fit.Fault }))));
        }

        return json;
    }

    private sealed record Verdict(string Task, TaskInspection? Found, string? Fault, int ExitCode, IReadOnlyList<BackboneFit> Elsewhere);
}
