using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training.Reports;

/// <summary>Writes <c>report.md</c> and <c>curves.png</c> beside a training: what was learned, how, from what, how it went, and what the task answers now.</summary>
internal static class TrainingReport
{
    public const string Name = "report.md", CurvesName = "curves.png";

    // Of evaluations, of which there may be thousands.
    private const int MostRows = 50;

    /// <summary>Writes both files from what lies in the training's folder.</summary>
    public static void Write(string folder, string title, TrainingRequest request, TrainingResult result, SampleAnswers? samples, string version)
    {
        var history = TrainingHistory.Read(Path.Combine(folder, TrainingFolder.Log));
        var deciding = result.Best?.Result.Metrics is [var first, ..] ? first.Name : null;
        Curves.Draw(Path.Combine(folder, CurvesName), history, deciding);
        StringBuilder text = new();
        text.AppendLine(Invariant($"# {title}\n"));
        text.AppendLine(Invariant($"{result.Steps} steps, {result.Parameters:#,0} parameters, {history.Steps.Sum(step => step.Tokens):#,0} targets; ptgp {version}.{(result.WasInterrupted ? " **Interrupted**: the same command with `--resume` goes on." : "")}\n"));
        if (result.Best is { } best)
        {
            text.AppendLine(Invariant($"The best evaluation, of {best.Result.Examples} examples, was after step {best.Step}; it is what `best/` holds.\n"));
            text.AppendLine("| metric | score | better | how it is counted |\n|---|---|---|---|");
            foreach (var metric in best.Result.Metrics)
            {
                text.AppendLine(Invariant($"| {metric.Name} | {metric.Value:0.####} | {(metric.LowerIsBetter ? "lower" : "higher")} | {Cell(metric.Signature ?? "")} |"));
            }

            text.AppendLine(best.Result.Loss is { } loss ? Invariant($"| loss | {loss:0.####} | lower | mean of a target, without label smoothing |\n") : "");
        }

        text.AppendLine(Invariant($"## Curves\n\n![losses, metric and learning rate by step]({CurvesName})\n"));
        Evaluations(text, history);
        text.AppendLine("## Data\n");
        Files(text, "learned from", request.Data);
        Files(text, "evaluated on", request.HeldOut);
        text.AppendLine("\n## Recipe\n\nWhat differs from the defaults; the whole recipe is in `recipe.json`.\n\n```json");
        text.AppendLine(Changed(Path.Combine(folder, TrainingFolder.Recipe)));
        text.AppendLine("```");
        Answers(text, samples);
        AtomicFile.Write(Path.Combine(folder, Name), stream => stream.Write(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static void Evaluations(StringBuilder text, TrainingHistory history)
    {
        if (history.Evaluations.Count == 0)
        {
            return;
        }

        string[] names = [.. history.Evaluations[^1].Figures.Keys];
        var every = (history.Evaluations.Count + MostRows - 1) / MostRows;
        text.AppendLine(every == 1 ? "" : Invariant($"Every {every}th of {history.Evaluations.Count} evaluations:\n"));
        text.AppendLine(Invariant($"| step | {string.Join(" | ", names)} |\n|---|{string.Concat(names.Select(_ => "---|"))}"));
        foreach (var evaluation in history.Evaluations.Where((_, number) => (history.Evaluations.Count - 1 - number) % every == 0))
        {
            text.AppendLine(Invariant($"| {evaluation.Step} | {string.Join(" | ", names.Select(name => evaluation.Figures.GetValueOrDefault(name, double.NaN).ToString("0.####", CultureInfo.InvariantCulture)))} |"));
        }

        text.AppendLine();
    }

    private static void Files(StringBuilder text, string what, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            text.AppendLine(File.Exists(path) ? Invariant($"- {what} `{Path.GetFileName(path)}`, {new FileInfo(path).Length:#,0} bytes") : Invariant($"- {what} `{Path.GetFileName(path)}`"));
        }
    }

    private static string Changed(string recipe)
    {
        var (used, usual) = (JsonNode.Parse(File.ReadAllText(recipe))!.AsObject(), TrainingFolder.ToJson(new()));
        return new JsonObject(used.Where(key => !JsonNode.DeepEquals(key.Value, usual[key.Key])).Select(key => KeyValuePair.Create(key.Key, key.Value?.DeepClone()))).ToJsonString(new() { WriteIndented = true });
    }

    private static void Answers(StringBuilder text, SampleAnswers? samples)
    {
        if (samples is null or { Before.Count: 0, After.Count: 0 })
        {
            return;
        }

        text.AppendLine("\n## Answers to the first examples held out\n");
        foreach (var (number, example) in (samples.After.Count > 0 ? samples.After : samples.Before).Index())
        {
            text.AppendLine(Invariant($"{number + 1}. asked: {Line(example.Input)}"));
            text.AppendLine(Invariant($"   - expected: {Line(example.Expected)}"));
            text.AppendLine(samples.Before.Count > number ? Invariant($"   - before: {Line(samples.Before[number].Predicted)}") : "   - before: not known");
            text.AppendLine(samples.After.Count > number ? Invariant($"   - after: {Line(example.Predicted)}") : "   - after: not over yet");
        }
    }

    // One line, cut, in which nothing is markup.
    private static string Line(JsonNode value)
    {
        var text = SampleAnswers.Say(value).ReplaceLineEndings(" ").Replace('`', '\'');
        return $"`{(text.Length > 300 ? text[..(char.IsHighSurrogate(text[299]) ? 299 : 300)] + "…" : text)}`";
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
