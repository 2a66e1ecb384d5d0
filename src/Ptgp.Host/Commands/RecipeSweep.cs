using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp train --sweep</c>: the same training once for each choice of some keys of the recipe.</summary>
internal static class RecipeSweep
{
    /// <summary>Lists all choices: each value of a key with each value of the others.</summary>
    /// <param name="sweeps">Such as <c>learningRate=1e-4,3e-4</c>. A comma inside of brackets parts no values.</param>
    /// <exception cref="UsageException">One of them has another form.</exception>
    public static IReadOnlyList<string[]> Choices(IReadOnlyList<string> sweeps)
    {
        IEnumerable<string[]> choices = [[]];
        HashSet<string> keys = new(StringComparer.OrdinalIgnoreCase);
        foreach (var sweep in sweeps)
        {
            if (sweep.Split('=', 2) is not [{ Length: > 0 } key, { Length: > 0 } values] || Values(values) is var list && list.Exists(value => value.Length == 0))
            {
                throw new UsageException($"--sweep must be KEY=VALUE,VALUE…, such as learningRate=1e-4,3e-4, but is '{sweep}'.");
            }

            if (!keys.Add(key))
            {
                throw new UsageException($"--sweep must name each key once, but names '{key}' again. Put all its values behind one: {key}=VALUE,VALUE….");
            }

            choices = [.. choices.SelectMany(choice => list.Select(value => (string[])[.. choice, $"{key}={value}"]))];
        }

        return [.. choices];
    }

    /// <summary>Names the folder of a choice, such as <c>learningRate=1e-4,rank=8</c>.</summary>
    public static string Folder(string[] choice) => string.Concat(string.Join(',', choice).Select(c => char.IsLetterOrDigit(c) || c is '=' or ',' or '.' or '-' or '+' ? c : '_'));

    /// <summary>Draws what came of each, in the order given.</summary>
    public static string AsText(CommandContext context, IReadOnlyList<(string[] Choice, TrainingResult Result)> runs)
    {
        var metrics = runs.SelectMany(run => run.Result.Best?.Result.Metrics ?? []).Select(metric => metric.Name).Distinct().ToList();
        return Tables.Draw(context, [.. runs[0].Choice.Select(setting => setting.Split('=')[0]), .. metrics, "loss", "best step", "folder"], runs.Select(run => (string[])
        [
            .. run.Choice.Select(setting => setting.Split('=', 2)[1]),
            .. metrics.Select(name => Say(run.Result.Best?.Result.Metrics.Where(metric => metric.Name == name).Select(metric => (double?)metric.Value).FirstOrDefault())),
            Say(run.Result.Best?.Result.Loss),
            run.Result.Best?.Step.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "",
            Path.GetFileName(run.Result.Output),
        ])).TrimEnd('\n');

        static string Say(double? figure) => figure?.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>Puts runs in order, the best by the deciding metric, or else by the loss, first.</summary>
    public static IEnumerable<(string[] Choice, TrainingResult Result)> Ranked(IReadOnlyList<(string[] Choice, TrainingResult Result)> runs) => runs.OrderBy(run => run.Result.Best?.Result switch
    {
        null => double.PositiveInfinity,
        { Metrics: [{ LowerIsBetter: false } metric, ..] } => -metric.Value,
        { Metrics: [var metric, ..] } => metric.Value,
        var result => result.Loss ?? double.PositiveInfinity,
    });

    private static List<string> Values(string text)
    {
        List<string> values = [];
        var (depth, start) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                values.Add(text[start..i]);
                start = i + 1;
            }
            else
            {
                depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
            }
        }

        return values;
    }
}
