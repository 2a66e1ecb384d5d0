using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp run</c>: answers texts, lines of a file, or what is piped in.</summary>
internal sealed partial class RunCommand : IPtgpCommand
{
    private readonly Argument<string> task = new("TASK") { Description = "A task of the configuration, such as en-de." };
    private readonly Argument<string[]> texts = new("TEXT") { Description = "What to answer, each a line out. Without it, --input or standard input is read.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> input = new("--input") { Description = "A file with an input a line: text, or JSON objects in a .jsonl file. '-' is standard input.", HelpName = "FILE" };
    private readonly Option<string?> output = new("--output") { Description = "The file for the answers, a line each; JSON objects in a .jsonl file. By default standard output.", HelpName = "FILE" };
    private readonly Option<LineFormat?> format = new("--format") { Description = "What a line is, where the file's name does not say.", HelpName = "text|jsonl", CustomParser = LineFormats.Parse };
    private readonly Option<bool> json = new("--json") { Description = "Writes the whole answers, as JSON objects." };
    private readonly Option<string[]> generation = new("--generation") { Description = "Says how to write, such as numBeams=1. May be repeated.", HelpName = "KEY=VALUE" };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("run", "Answers texts, or the lines of a file.") { task, texts, input, output, format, json, generation };
        command.SetAction(parsed => guard(parsed, (context, cancellation) => RunAsync(parsed, context, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken cancellation)
    {
        // All that can be wrong is found before a weight is read.
        CheckTexts(parsed);
        var configuration = context.ReadConfiguration();
        var name = Given.Task(configuration, parsed.GetRequiredValue(task));
        var options = Given.Bind<GenerationOptions>(parsed.GetValue(generation) ?? [], "--generation");
        var source = Source(parsed, context);
        var path = parsed.GetValue(output) is { } given and not "-" ? context.Resolve(given) : null;
        var from = parsed.GetValue(format) ?? LineFormats.Of(source) ?? LineFormat.Text;
        var to = parsed.GetValue(json) ? LineFormat.Jsonl : LineFormats.Of(path) ?? from;
        var sourceName = source == "-" ? "standard input" : source;
        using var stream = source is null ? null : Open(source, context);
        using var file = path is null ? null : OutputFile.Open(path, "--output");

        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        using var runner = await host.OpenAsync(name, TaskUse.Answering, options, cancellation).ConfigureAwait(false);
        var lines = stream is null ? InputLines.OfArguments(parsed.GetValue(texts)!) : InputLines.OfStreamAsync(stream, sourceName!, cancellation);
        using var status = new StatusLine(context);
        var answers = new AnswerLines(runner, from, to, options, status);
        var watch = Stopwatch.StartNew();
        try
        {
            await answers.RunAsync(lines, file?.Writer ?? context.Out, cancellation).ConfigureAwait(false);
            file?.Commit();
        }
        catch (Exception) when (file is not null && answers.Written > 0)
        {
            context.Log.Warn($"Not all was answered. What was, {Tables.Count(answers.Written, "line")}, is in '{file.PartialPath}'.");
            throw;
        }

        status.Clear();
        if (stream is not null)
        {
            context.Log.Status(answers.Written == 0
                ? $"'{sourceName}' is empty: there was nothing to answer."
                : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Tables.Count(answers.Written, "line")} in {watch.Elapsed.TotalSeconds:0.00} s: {answers.Written / watch.Elapsed.TotalSeconds:0.0} a second."));
        }

        return ExitCode.Done;
    }

    // What looks like an option is a slip, not a text, unless it stands behind '--'.
    private void CheckTexts(ParseResult parsed)
    {
        var before = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash).Select(token => token.Value).ToHashSet();
        if (parsed.GetValue(texts)?.FirstOrDefault(text => OptionLike().IsMatch(text) && before.Contains(text)) is { } slip)
        {
            var options = parsed.CommandResult.Command.Options.Concat(parsed.RootCommandResult.Command.Options).Select(option => option.Name);
            throw new UsageException($"An option must be one that 'ptgp run --help' names, but is '{slip}'. {(Nearest.Find(slip, options) is { } meant ? $"Did you mean '{meant}'? " : "")}A text that looks like an option stands behind '--'.");
        }
    }

    [GeneratedRegex("^--[A-Za-z][A-Za-z-]*(=.*)?$")]
    private static partial Regex OptionLike();

    // What is read: a path, or '-'; null for the texts of the command line.
    private string? Source(ParseResult parsed, CommandContext context)
    {
        var given = parsed.GetValue(input);
        var isText = parsed.GetValue(texts) is { Length: > 0 };
        return (given, isText) switch
        {
            (not null, true) => throw new UsageException("Either TEXT or --input must be given, but both are. Leave one out."),
            (null, true) => null,
            (null, false) when context.IsInTerminal => throw new UsageException("There must be something to answer. Give TEXT, or --input FILE, or '--input -' to type."),
            _ => given ?? "-",
        };
    }

    private static Stream Open(string source, CommandContext context)
    {
        if (source == "-")
        {
            return context.In;
        }

        var path = context.Resolve(source);
        if (!File.Exists(path))
        {
            throw new UsageException($"--input must name a file, but there is {(Directory.Exists(path) ? "a folder" : "nothing")} at '{path}'.");
        }

        try
        {
            return File.OpenRead(path);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new UsageException($"--input must name a file that can be read, but '{path}' cannot: {refused.Message}", refused);
        }
    }
}
