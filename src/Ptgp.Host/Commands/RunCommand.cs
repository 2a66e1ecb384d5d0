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
    private readonly Option<string?> output = new("--output") { Description = "The file for the answers, a line each; JSON objects in a .jsonl file. A folder where answers are files by themselves, such as subtitles. By default standard output.", HelpName = "FILE|FOLDER" };
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
        var options = Given.Generation(context, parsed.GetValue(generation), configuration, name);
        using var opened = inputs.Open(parsed, context);
        var path = parsed.GetValue(output) is { } given and not "-" ? context.Resolve(given) : null;
        var isFolder = FolderOutput.Is(path);
        using var file = path is null || isFolder ? null : OutputFile.Open(path, "--output");

        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        if (isFolder && (parsed.GetValue(json) || (await host.InspectAsync(name, cancellation).ConfigureAwait(false)).FileExtension is null))
        {
            throw new UsageException($"--output must name a file, but there is a folder at '{path}'.");
        }

        using var runner = await host.OpenAsync(name, TaskUse.Answering, options, cancellation).ConfigureAwait(false);
        var to = parsed.GetValue(json) ? LineFormat.Jsonl : LineFormats.Of(isFolder ? null : path) ?? (path is not null && runner.AnswerFile is not null ? LineFormat.Text : opened.From);
        var form = to == LineFormat.Text ? runner.AnswerFile : null;
        var lines = opened.LinesAsync(cancellation);
        if (form is not null && file is not null)
        {
            lines = InputLines.OnlyOneAsync(lines, $"--output must name a folder, such as '{Path.ChangeExtension(path, null)}{Path.DirectorySeparatorChar}', where several inputs become a file each, but is the file '{path}'.", cancellation);
        }

        IAnswerOutput target = isFolder ? new FolderOutput(path!, form!.Extension) : form is not null ? new WholeOutput(file?.Writer ?? context.Out) : new LineOutput(file?.Writer ?? context.Out);
        using var status = new StatusLine(context);
        var losses = new TextLosses(options.Or(configuration.Tasks[name].Generation));
        var answers = new AnswerLines(runner, opened.From, to, options, status, form) { Unknown = new(runner, context.Log), Losses = losses };
        var watch = Stopwatch.StartNew();
        try
        {
            await answers.RunAsync(lines, target, cancellation).ConfigureAwait(false);
            file?.Commit();
        }
        catch (Exception) when (path is not null && answers.Written > 0)
        {
            context.Log.Warn($"Not all was answered. What was, {Tables.Count(answers.Written, target.Unit)}, is in '{file?.PartialPath ?? path}'.");
            throw;
        }

        status.Clear();
        losses.Remarks().ToList().ForEach(context.Log.Warn);
        if (opened.Name is not null)
        {
            context.Log.Status(answers.Written == 0
                ? $"'{opened.Name}' is empty: there was nothing to answer."
                : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Tables.Count(answers.Written, target.Unit)} in {watch.Elapsed.TotalSeconds:0.00} s: {answers.Written / watch.Elapsed.TotalSeconds:0.0} a second."));
        }

        return ExitCode.Done;
    }
}
