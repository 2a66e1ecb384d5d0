using System.CommandLine;
using Ptgp.Backbone;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp check</c>: says of each task whether it could run, without reading a weight.</summary>
internal sealed class CheckCommand : IPtgpCommand
{
    private readonly Option<bool> details = new("--details") { Description = "Says of each task on which other backbones it could run and why not on the rest, and all values of options that it still needs." };
    private readonly Option<bool> resolved = new("--resolved") { Description = "Shows how each task writes: what configuration, plugin and checkpoint ask for, merged." };
    private readonly Option<bool> json = new("--json") { Description = "Writes the verdict as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("check", "Checks configuration, plugins and checkpoints.") { details, resolved, json };
        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        var configuration = context.ReadConfiguration();
        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        var verdicts = new List<CheckVerdict>();
        foreach (var task in configuration.Tasks.Keys)
        {
            var fits = configuration.Backbones.Count > 1 ? await host.FindFitsAsync(task, cancellation).ConfigureAwait(false) : [];
            verdicts.Add(await InspectAsync(host, task, cancellation).ConfigureAwait(false) with { Elsewhere = [.. fits.Where(fit => fit.Backbone != configuration.Tasks[task].Backbone)] });
        }

        var report = new CheckReport(configuration, verdicts);
        var text = parsed.GetValue(json) ? report.ToJson().ToJsonString(Json.Line) : report.ToText(parsed.GetValue(details), parsed.GetValue(resolved));
        await context.Out.WriteLineAsync(text.AsMemory(), cancellation).ConfigureAwait(false);
        return verdicts.Max(verdict => (int?)verdict.ExitCode) ?? ExitCode.Done;
    }

    private static async Task<CheckVerdict> InspectAsync(ITaskHost host, string task, CancellationToken cancellation)
    {
        try
        {
            return new(task, await host.InspectAsync(task, cancellation).ConfigureAwait(false), null, ExitCode.Done, []);
        }
        catch (ConfigurationException fault) when (fault.Faults.Count > 0)
        {
            return new(task, null, string.Join(' ', fault.Faults), fault.ExitCode, []);
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
}
