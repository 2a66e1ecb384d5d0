using System.CommandLine;
using System.Diagnostics;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp run</c>: answers texts, lines of a file, or what is piped in.</summary>
internal sealed class RunCommand : IPtgpCommand
{
    private readonly Argument<string> task = new("TASK") { Description = "A task of the configuration, such as en-de." };
    private readonly AskedInputs inputs = new();
    private readonly Option<string?> output = new("--output") { Description = "The file for the answers, a line each; JSON objects in a .jsonl file. By default standard output.", HelpName = "FILE" };
    private readonly Option<bool> json = new("--json") { Description = "Writes the whole answers, as JSON objects." };
    private readonly Option<string[]> generation = new("--generation") { Description = "Says how to write, such as numBeams=1. May be repeated.", HelpName = "KEY=VALUE" };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("run", "Answers texts, or the lines of a file.") { task };
        inputs.AddTo(command);
        foreach (var option in (ReadOnlySpan<Option>)[output, json, generation])
        {
            command.Add(option);
        }

        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        // All that can be wrong is found before a weight is read.
        inputs.Check(parsed);
        var configuration = context.ReadConfiguration();
        var name = Given.Task(configuration, parsed.GetRequiredValue(task));
        var options = Given.Bind<GenerationOptions>(parsed.GetValue(generation) ?? [], "--generation");
        using var opened = inputs.Open(parsed, context);
        var path = parsed.GetValue(output) is { } given and not "-" ? context.Resolve(given) : null;
        var to = parsed.GetValue(json) ? LineFormat.Jsonl : LineFormats.Of(path) ?? opened.From;
        using var file = path is null ? null : OutputFile.Open(path, "--output");

        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        using var runner = await host.OpenAsync(name, TaskUse.Answering, options, cancellation).ConfigureAwait(false);
        using var status = new StatusLine(context);
        var answers = new AnswerLines(runner, opened.From, to, options, status);
        var watch = Stopwatch.StartNew();
        try
        {
            await answers.RunAsync(opened.LinesAsync(cancellation), file?.Writer ?? context.Out, cancellation).ConfigureAwait(false);
            file?.Commit();
        }
        catch (Exception) when (file is not null && answers.Written > 0)
        {
            context.Log.Warn($"Not all was answered. What was, {Tables.Count(answers.Written, "line")}, is in '{file.PartialPath}'.");
            throw;
        }

        status.Clear();
        if (opened.Name is not null)
        {
            context.Log.Status(answers.Written == 0
                ? $"'{opened.Name}' is empty: there was nothing to answer."
                : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Tables.Count(answers.Written, "line")} in {watch.Elapsed.TotalSeconds:0.00} s: {answers.Written / watch.Elapsed.TotalSeconds:0.0} a second."));
        }

        return ExitCode.Done;
    }
}
