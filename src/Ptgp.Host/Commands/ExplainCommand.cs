using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Ptgp.Backbone;
using Ptgp.Host.Configuration;
using Ptgp.Host.Explaining;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp explain</c>: shows how a task comes to its answers, as a page of HTML or as JSON.</summary>
internal sealed class ExplainCommand : IPtgpCommand
{
    private readonly Argument<string> task = new("TASK") { Description = "A task of the configuration, such as en-de." };
    private readonly AskedInputs inputs = new();
    private readonly Option<string?> output = new("--output") { Description = "The file for the page, .html or .htm, or for JSON, .json or .jsonl. By default standard output.", HelpName = "FILE" };
    private readonly Option<string[]> method = new("--method") { Description = "What is computed: attention, probabilities, inputXGradient, integratedGradients, all. May be repeated. By default all.", HelpName = "NAME" };
    private readonly Option<string?> layers = new("--layers") { Description = "Whose attention is shown: all, last, or numbers from 0 such as 0,2-4. By default all that fit.", HelpName = "LAYERS" };
    private readonly Option<int> steps = new("--steps") { Description = "At how many places integrated gradients are taken; more make their error smaller.", HelpName = "N", DefaultValueFactory = _ => new ExplanationRequest().Steps };
    private readonly Option<string?> baseline = new("--baseline") { Description = "What integrated gradients start from: pad, the input with its tokens replaced by padding, or zero. By default pad.", HelpName = "pad|zero" };
    private readonly Option<int> alternatives = new("--alternatives") { Description = "How many likely tokens are named at each written place.", HelpName = "N", DefaultValueFactory = _ => new ExplanationRequest().Alternatives };
    private readonly Option<bool> perToken = new("--per-token") { Description = "Computes integrated gradients of each written token too, which takes as much longer as there are tokens." };
    private readonly Option<bool> json = new("--json") { Description = "Writes a JSON object an input instead of a page." };
    private readonly Option<string[]> generation = new("--generation") { Description = "Says how to write, such as numBeams=1. May be repeated.", HelpName = "KEY=VALUE" };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("explain", "Shows how a task comes to its answers: attention, what the input did for them, and what else was likely.") { task };
        inputs.AddTo(command);
        foreach (var option in (ReadOnlySpan<Option>)[output, method, layers, steps, baseline, alternatives, perToken, json, generation])
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
        var request = Request(parsed);
        var configuration = context.ReadConfiguration();
        var name = Given.Task(configuration, parsed.GetRequiredValue(task));
        var options = Given.Generation(context, parsed.GetValue(generation), configuration, name);
        using var opened = inputs.Open(parsed, context);
        var path = parsed.GetValue(output) is { } given and not "-" ? context.Resolve(given) : null;
        var isJson = parsed.GetValue(json) || Path.GetExtension(path)?.ToUpperInvariant() is ".JSON" or ".JSONL" or ".NDJSON";
        if (path is not null && !isJson && Path.GetExtension(path).ToUpperInvariant() is not (".HTML" or ".HTM") && !path.StartsWith("/dev/", StringComparison.Ordinal))
        {
            throw new UsageException($"--output must name a file .html or .htm for the page, or .json or .jsonl for figures, but names '{parsed.GetValue(output)}'. To write figures under any name, add --json.");
        }

        if (path is null && !isJson && context.IsOutTerminal)
        {
            throw new UsageException("There must be somewhere for the page to go. Give --output FILE.html, or --json for figures.");
        }

        using var file = path is null ? null : OutputFile.Open(path, "--output");
        using var host = context.Parts.CreateTaskHost(configuration, context.Log);
        using var runner = await host.OpenAsync(name, TaskUse.Answering, options, cancellation).ConfigureAwait(false);
        var watch = Stopwatch.StartNew();
        var writer = file?.Writer ?? context.Out;
        List<Explanation> explanations = [];
        UnknownFields unknown = new(runner, context.Log);
        await foreach (var line in opened.LinesAsync(cancellation).ConfigureAwait(false))
        {
            if (!line.IsEmpty)
            {
                var explanation = await ExplainAsync(runner, opened.From, line, unknown, options, request, cancellation).ConfigureAwait(false);
                request = request with { AttentionBudget = Math.Max(0, request.AttentionBudget - (isJson ? 0 : explanation.AttentionNumbers)) };
                foreach (var remark in explanation.Remarks)
                {
                    context.Log.Warn(line.Place.Length == 0 ? remark : $"{line.Place}: {remark}");
                }

                explanations.Add(explanation);
                if (isJson)
                {
                    await writer.WriteLineAsync(ExplanationJson.Write(explanation, Json.Line.Encoder!).AsMemory(), cancellation).ConfigureAwait(false);
                }
            }
        }

        if (explanations.Count == 0)
        {
            throw new UsageException($"There must be something to explain, but {(opened.Name is null ? "TEXT" : $"'{opened.Name}'")} is empty.");
        }

        if (!isJson)
        {
            ExplanationPage.Write(explanations, writer);
        }

        file?.Commit();
        context.Log.Status(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Tables.Count(explanations.Count, "input")} explained in {watch.Elapsed.TotalSeconds:0.00} s{(path is null ? "" : $": '{path}'")}."));
        return ExitCode.Done;
    }

    private static async Task<Explanation> ExplainAsync(ITaskRunner runner, LineFormat from, InputLine line, UnknownFields unknown, GenerationOptions options, ExplanationRequest request, CancellationToken cancellation)
    {
        try
        {
            return await runner.ExplainAsync(AskedInputs.Parse(runner, from, line, unknown), options, request, cancellation).ConfigureAwait(false);
        }
        catch (UsageException)
        {
            throw;
        }
        catch (Exception refused) when (refused is FormatException or JsonException or UserException or CheckpointException)
        {
            throw new UserException(line.Place.Length == 0 ? refused.Message : $"{line.Place}: {refused.Message}", refused);
        }
    }

    private ExplanationRequest Request(ParseResult parsed)
    {
        var names = (parsed.GetValue(method) ?? []).SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries)).Select(Method).ToArray();
        return new()
        {
            Methods = names.Length == 0 ? ExplanationMethods.All : names.Aggregate((a, b) => a | b),
            Layers = parsed.GetValue(layers) is { } chosen ? LayerChoice.Parse(chosen) : null,
            Steps = Within("--steps", parsed.GetValue(steps), 1, 1000),
            Baseline = parsed.GetValue(baseline)?.ToUpperInvariant() switch
            {
                null or "PAD" => ExplanationBaseline.Pad,
                "ZERO" => ExplanationBaseline.Zero,
                _ => throw new UsageException($"--baseline must be 'pad' or 'zero', but is '{parsed.GetValue(baseline)}'."),
            },
            Alternatives = Within("--alternatives", parsed.GetValue(alternatives), 0, 100),
            IsPerToken = parsed.GetValue(perToken),
        };
    }

    private static ExplanationMethods Method(string name)
    {
        var known = Enum.GetNames<ExplanationMethods>().Where(each => each != nameof(ExplanationMethods.None)).ToArray();
        return known.FirstOrDefault(each => each.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Enum.Parse<ExplanationMethods>(found)
            : throw new UsageException($"--method must be one that there is, but is '{name}'. {Nearest.Hint(name, known.Select(JsonNamingPolicy.CamelCase.ConvertName), "")}");
    }

    private static int Within(string option, int value, int least, int most) =>
        value >= least && value <= most ? value : throw new UsageException($"{option} must be from {least} to {most}, but is {value}.");
}
