using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ptgp.Host.Commands.Scoring;
using Ptgp.Host.Scoring;
using Ptgp.Host.Tasks;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp score</c>: scores files by a metric, whoever wrote them.</summary>
internal sealed class ScoreCommand : IPtgpCommand
{
    public Command Create(CommandGuard guard)
    {
        var command = new Command("score", "Scores a file of predictions against files of references.");
        foreach (var choice in MetricChoice.All())
        {
            command.Add(new One(choice).Create(guard));
        }

        return command;
    }

    private sealed class One(MetricChoice choice) : IPtgpCommand
    {
        private readonly Option<string> predictions = new("--predictions") { Description = "What was written: a text a line; in a .jsonl file an object with text or answer, as the commands write them. For squad also the scripts' JSON object of answers by id.", HelpName = "FILE", Required = true };
        private readonly Option<string[]> references = new("--references") { Description = "What was expected, line by line; a file for each reference. Not needed where the predictions bring it, as those of ptgp evaluate do.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
        private readonly Option<string?> noAnswers = new("--na-prob-file") { Description = "The probabilities of no answer, by id.", HelpName = "FILE" };
        private readonly Option<bool> sentences = new("--sentence-level") { Description = "Writes the score of each text, in order, a line each." };
        private readonly Option<bool> confidence = new("--confidence") { Description = "Estimates the 95 % interval, by drawing texts anew (bootstrap)." };
        private readonly Option<int> samples = new("--confidence-n") { Description = "How often texts are drawn anew.", HelpName = "N", DefaultValueFactory = _ => 1000 };
        private readonly Option<bool> json = new("--json") { Description = "Writes the scores as a JSON object." };

        public Command Create(CommandGuard guard)
        {
            var command = new Command(choice.Name, choice.About) { predictions, references, sentences, confidence, samples, json };
            foreach (var option in choice.Options)
            {
                command.Add(option);
            }

            if (choice.TakesDataset)
            {
                command.Add(noAnswers);
            }

            command.SetAction(parsed => guard(parsed, async (context, cancellation) =>
            {
                if (parsed.GetValue(samples) is < 1 and var few)
                {
                    throw new UsageException($"--confidence-n must be at least 1, but is {few}.");
                }

                var texts = Read(parsed, context);
                var output = parsed.GetValue(sentences) ? Sentences(parsed, texts) : parsed.GetValue(json) ? AsJson(parsed, texts) : AsText(parsed, context, texts);
                await context.Out.WriteLineAsync(output.AsMemory(), cancellation).ConfigureAwait(false);
                return ExitCode.Done;
            }));
            return command;
        }

        private IReadOnlyList<ScoredText> Read(ParseResult parsed, CommandContext context)
        {
            var written = Given.ExistingFile(context, parsed.GetRequiredValue(predictions), "--predictions");
            string[] expected = [.. (parsed.GetValue(references) ?? []).Select(path => Given.ExistingFile(context, path, "--references"))];
            if (!choice.TakesDataset || Path.GetExtension(written).ToUpperInvariant() is not ".JSON")
            {
                return ScoredFiles.Read(written, expected);
            }

            var chances = parsed.GetValue(noAnswers) is { } path ? Given.ExistingFile(context, path, "--na-prob-file") : null;
            var (texts, missing) = SquadPredictions.Read(written, expected is [var dataset] ? dataset : throw new UsageException($"--references must name the dataset, one SQuAD file, but names {expected.Length}."), chances);
            if (missing > 0)
            {
                context.Log.Status($"{Tables.Count(missing, "question")} of {texts.Count} {(missing == 1 ? "has" : "have")} no answer among the predictions, and {(missing == 1 ? "counts" : "count")} as answered by nothing.");
            }

            return texts;
        }

        private string AsText(ParseResult parsed, CommandContext context, IReadOnlyList<ScoredText> texts)
        {
            var table = Tables.OfMetrics(new() { Examples = texts.Count, Metrics = choice.Measure(parsed, texts) }, context);
            var line = choice.Line(parsed, texts) is { } said ? said + "\n" : "";
            return line + table + string.Concat(Intervals(parsed, texts).Select(one => string.Create(CultureInfo.InvariantCulture, $"\n{one.Name}: {one.Interval.Mean:0.00##} ± {one.Interval.HalfWidth:0.00##} (95 %, {parsed.GetValue(samples)} draws)")));
        }

        private string AsJson(ParseResult parsed, IReadOnlyList<ScoredText> texts)
        {
            var figures = choice.Measure(parsed, texts);
            var result = new JsonObject { ["metric"] = choice.Name, ["examples"] = texts.Count, ["metrics"] = Json.OfMetrics(figures) };
            if (figures.Any(figure => figure.Signature is not null))
            {
                result["signatures"] = new JsonObject(figures.Where(figure => figure.Signature is not null).Select(figure => KeyValuePair.Create(figure.Name, (JsonNode?)figure.Signature)));
            }

            if (choice.Line(parsed, texts) is { } line)
            {
                result["line"] = line;
            }

            if (parsed.GetValue(confidence))
            {
                result["intervals"] = new JsonObject(Intervals(parsed, texts).Select(one => KeyValuePair.Create(one.Name, (JsonNode?)new JsonObject { ["mean"] = one.Interval.Mean, ["halfWidth"] = one.Interval.HalfWidth })));
            }

            return result.ToJsonString(Json.Line);
        }

        private string Sentences(ParseResult parsed, IReadOnlyList<ScoredText> texts)
        {
            var metrics = choice.CreateForSentences(parsed, texts);
            return string.Join('\n', texts.Select(text => parsed.GetValue(json)
                ? new JsonObject(metrics.Select(metric => KeyValuePair.Create(metric.Name, (JsonNode?)Score(metric, text)))).ToJsonString(Json.Line)
                : string.Join('\t', metrics.Select(metric => Score(metric, text).ToString("0.####", CultureInfo.InvariantCulture)))));

            static double Score(ICorpusMetric metric, ScoredText text) => metric.Score(metric.Count(text.Predicted, text.References));
        }

        private IEnumerable<(string Name, Interval Interval)> Intervals(ParseResult parsed, IReadOnlyList<ScoredText> texts) => !parsed.GetValue(confidence) ? []
            : choice.Create(parsed, texts).Select(metric => (metric.Name, Significance.Bootstrap(metric, [.. texts.Select(text => text.Predicted)], [.. texts.Select(text => text.References)], parsed.GetValue(samples))));
    }
}
