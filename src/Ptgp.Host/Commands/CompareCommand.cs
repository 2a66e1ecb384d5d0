using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ptgp.Host.Commands.Scoring;
using Ptgp.Host.Configuration;
using Ptgp.Host.Scoring;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp compare</c>: tells whether one system is better than another by more than chance.</summary>
internal sealed class CompareCommand : IPtgpCommand
{
    // What is called better than by chance.
    private const double Level = 0.05;

    private readonly Argument<string> first = new("RUN_A") { Description = "The baseline: the folder of a training with held-out data, or predictions as ptgp evaluate --predictions writes them, or any file of predictions, with --references." };
    private readonly Argument<string> second = new("RUN_B") { Description = "The other system's, for the same examples in the same order." };
    private readonly Option<string[]> references = new("--references") { Description = "What was expected, line by line; a file for each reference.", HelpName = "FILE", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> metrics = new("--metric") { Description = $"What is compared, with its options as for ptgp score, such as \"bleu --lowercase\": {string.Join(", ", MetricChoice.All().Select(choice => choice.Name))}. May be repeated. By default squad for answers, else bleu and chrf.", HelpName = "NAME" };
    private readonly Option<string> test = new("--test") { Description = "How: bootstrap (texts are drawn anew) or randomization (the systems' texts are swapped).", HelpName = "NAME", DefaultValueFactory = _ => "bootstrap" };
    private readonly Option<int> samples = new("--samples") { Description = "How often.", HelpName = "N", DefaultValueFactory = _ => 1000 };
    private readonly Option<int> seed = new("--seed") { Description = "The seed of the draws.", HelpName = "N", DefaultValueFactory = _ => 12345 };
    private readonly Option<bool> json = new("--json") { Description = "Writes it as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        test.AcceptOnlyFromAmong("bootstrap", "randomization");
        var command = new Command("compare", "Tells whether one system's predictions are better than another's by more than chance.") { first, second, references, metrics, test, samples, seed, json };
        command.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            var (a, b) = Read(parsed, context);
            if (parsed.GetValue(samples) is < 1 and var few)
            {
                throw new UsageException($"--samples must be at least 1, but is {few}.");
            }

            List<Compared> compared = [];
            using (var status = new StatusLine(context))
            {
                foreach (var metric in (parsed.GetValue(metrics) is { Length: > 0 } named ? named : Usual(a)).SelectMany(text => Choose(text, [.. a, .. b])))
                {
                    cancellation.ThrowIfCancellationRequested();
                    status.Show($"drawing {metric.Name} {parsed.GetValue(samples)} times");
                    compared.Add(Compare(parsed, metric, a, b));
                }
            }

            await context.Out.WriteLineAsync((parsed.GetValue(json) ? AsJson(parsed, compared, a.Count) : AsText(parsed, context, compared, a.Count)).AsMemory(), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }));
        return command;
    }

    private (IReadOnlyList<ScoredText> First, IReadOnlyList<ScoredText> Second) Read(ParseResult parsed, CommandContext context)
    {
        var (one, other) = (Run(context, parsed.GetRequiredValue(first), "RUN_A"), Run(context, parsed.GetRequiredValue(second), "RUN_B"));
        string[] expected = [.. (parsed.GetValue(references) ?? []).Select(path => Given.ExistingFile(context, path, "--references"))];
        var (a, b) = (ScoredFiles.Read(one, expected), ScoredFiles.Read(other, expected));
        if (a.Count != b.Count)
        {
            throw new UserException($"Two systems can only be compared by the same examples, but '{one}' has {a.Count} and '{other}' has {b.Count}.");
        }

        var apart = Enumerable.Range(0, a.Count).FirstOrDefault(line => !a[line].Expected.SequenceEqual(b[line].Expected), -1);
        return apart < 0 ? (a, b) : throw new UserException($"Two systems can only be compared by the same examples, but on line {apart + 1} '{one}' and '{other}' expect different answers.");
    }

    private static string Run(CommandContext context, string given, string argument)
    {
        var path = context.Resolve(given);
        if (!Directory.Exists(path))
        {
            return Given.ExistingFile(context, given, argument);
        }

        string[] places = [Path.Combine(path, TrainingFolder.Best, Prediction.FileName), Path.Combine(path, Prediction.FileName)];
        return places.FirstOrDefault(File.Exists)
            ?? throw new UsageException($"{argument} must hold the answers of a training's best evaluation, but there is no {TrainingFolder.Best}/{Prediction.FileName} in '{path}'. Train one task with --held-out, or name a file of 'ptgp evaluate --predictions'.");
    }

    private static string[] Usual(IReadOnlyList<ScoredText> texts) => texts.Any(text => text.IsAnswer || text.Expected.Count == 0) ? ["squad"] : ["bleu", "chrf"];

    // The grammar of a metric is that of 'ptgp score'.
    private static IReadOnlyList<ICorpusMetric> Choose(string text, IReadOnlyList<ScoredText> texts)
    {
        var known = MetricChoice.All();
        var name = text.Split(' ', 2)[0];
        var choice = known.FirstOrDefault(choice => choice.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new UsageException($"--metric must begin with one of {string.Join(", ", known.Select(choice => choice.Name))}, but is '{text}'. {Nearest.Hint(name, known.Select(choice => choice.Name), "")}".TrimEnd());
        var command = new Command(choice.Name);
        foreach (var option in choice.Options)
        {
            command.Add(option);
        }

        var parsed = command.Parse(text[name.Length..]);
        return parsed.Errors.Count == 0 ? choice.Create(parsed, texts) : throw new UsageException($"--metric '{text}': {parsed.Errors[0].Message}");
    }

    private Compared Compare(ParseResult parsed, ICorpusMetric metric, IReadOnlyList<ScoredText> a, IReadOnlyList<ScoredText> b)
    {
        string[] baseline = [.. a.Select(text => text.Predicted)], system = [.. b.Select(text => text.Predicted)];
        IReadOnlyList<string>[] expected = [.. a.Select(text => text.References)];
        var (draws, start) = (parsed.GetValue(samples), parsed.GetValue(seed));
        return new(
            metric.Name,
            metric.LowerIsBetter,
            Significance.Score(metric, baseline, expected),
            Significance.Score(metric, system, expected),
            Significance.Bootstrap(metric, baseline, expected, draws, start),
            Significance.Bootstrap(metric, system, expected, draws, start),
            parsed.GetRequiredValue(test) == "bootstrap" ? Significance.ByBootstrap(metric, baseline, system, expected, draws, start) : Significance.ByRandomization(metric, baseline, system, expected, draws, start),
            metric.Signature(MetricChoice.ReferencesOf(a)));
    }

    private string AsText(ParseResult parsed, CommandContext context, IEnumerable<Compared> compared, int count) =>
        Tables.Draw(context, ["metric", "A", "B", "B - A", "p", "verdict", "how it is counted"], compared.Select(one => new[]
        {
            one.Name, Say(one.First, one.FirstInterval), Say(one.Second, one.SecondInterval), (one.Second - one.First).ToString("+0.##;-0.##;0", CultureInfo.InvariantCulture), one.P.ToString("0.0000", CultureInfo.InvariantCulture), one.Verdict, one.Signature,
        }))
        + FormattableString.Invariant($"{count} examples; A is '{parsed.GetValue(first)}', B is '{parsed.GetValue(second)}'; ± is the 95 % interval. p is how often two equal systems would differ as much, by paired {parsed.GetValue(test)} with {parsed.GetValue(samples)} draws (seed {parsed.GetValue(seed)}); below {Level} a difference is called one.");

    private string AsJson(ParseResult parsed, IEnumerable<Compared> compared, int count) => new JsonObject
    {
        ["examples"] = count,
        ["test"] = parsed.GetValue(test),
        ["samples"] = parsed.GetValue(samples),
        ["seed"] = parsed.GetValue(seed),
        ["metrics"] = new JsonArray([.. compared.Select(one => new JsonObject
        {
            ["name"] = one.Name,
            ["a"] = Figure(one.First, one.FirstInterval),
            ["b"] = Figure(one.Second, one.SecondInterval),
            ["p"] = one.P,
            ["better"] = one.Better,
            ["signature"] = one.Signature,
        })]),
    }.ToJsonString(Json.Line);

    private static JsonObject Figure(double score, Interval interval) => new() { ["score"] = score, ["mean"] = interval.Mean, ["halfWidth"] = interval.HalfWidth };

    private static string Say(double score, Interval interval) => FormattableString.Invariant($"{score:0.00##} ± {interval.HalfWidth:0.00##}");

    private sealed record Compared(string Name, bool LowerIsBetter, double First, double Second, Interval FirstInterval, Interval SecondInterval, double P, string Signature)
    {
        public string? Better => P >= Level || First == Second ? null : (Second > First) != LowerIsBetter ? "b" : "a";

        public string Verdict => Better switch
        {
            "a" => "A is better",
            "b" => "B is better",
            _ => "no difference shown",
        };
    }
}
