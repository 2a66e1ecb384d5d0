using System.CommandLine;

namespace Ptgp.Host.Commands;

/// <summary>The command line <c>ptgp</c>.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CommandContext context, CancellationToken cancellation)
    {
        var shared = new SharedOptions();
        var root = new RootCommand("Runs, trains and evaluates task plugins on pre-trained Transformers.");
        shared.AddTo(root);
        foreach (var command in (ReadOnlySpan<IPtgpCommand>)[new RunCommand(), new TrainCommand(), new PretrainCommand(), new EvaluateCommand(), new ScoreCommand(), new CompareCommand(), new ExplainCommand(), new CheckCommand(), new PluginsCommand(), new ModelsCommand(), new TokenizersTrainCommand(), new AdaptersCommand(), new SchemaCommand()])
        {
            root.Add(command.Create((parsed, act) => Guard(context.With(shared.Read(parsed)), act, cancellation)));
        }

        // '@' at the start of a text is no file of arguments.
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 && parsed.Action is null or System.CommandLine.Invocation.ParseErrorAction)
        {
            return ReportUsage(parsed, context);
        }

        var code = await parsed.InvokeAsync(new() { Output = context.Out, Error = context.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellation).ConfigureAwait(false);
        await context.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return code;
    }

    private static async Task<int> Guard(CommandContext context, Func<CommandContext, CancellationToken, Task<int>> act, CancellationToken cancellation)
    {
        int code;
        try
        {
            code = await act(context, cancellation).ConfigureAwait(false);
            await context.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // the one place where every failure ends
        catch (Exception failure)
#pragma warning restore CA1031
        {
            await context.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            code = Failures.Report(failure, context);
        }

        await context.Error.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return code;
    }

    private static int ReportUsage(ParseResult parsed, CommandContext context)
    {
        context.Error.WriteLine(UsageFaults.Say(parsed));
        context.Error.Flush();
        return ExitCode.Usage;
    }
}
