using System.Globalization;
using Ptgp.Host.Tasks;
using Spectre.Console;

namespace Ptgp.Host.Commands;

/// <summary>Draws tables, in characters alone where nobody looks at a terminal.</summary>
internal static class Tables
{
    /// <summary>Draws the scores of a dataset.</summary>
    public static string OfMetrics(EvaluationResult result, CommandContext context)
    {
        var rows = result.Metrics.Select(metric => new[] { metric.Name, Say(metric.Value), metric.LowerIsBetter ? "lower" : "higher", metric.Signature ?? "" }).ToList();
        if (result.Loss is { } loss)
        {
            rows.Add(["loss", Say(loss), "lower", ""]);
        }

        return Draw(context, ["metric", "score", "better", "how it is counted"], rows) + Count(result.Examples, "example");
    }

    /// <summary>Draws a table; its last column takes the space that is left.</summary>
    public static string Draw(CommandContext context, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table { Border = context.IsOutTerminal ? TableBorder.Rounded : TableBorder.Ascii };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)) { NoWrap = column != columns[^1] });
        }

        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(Markup.Escape)]);
        }

        var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
        console.Profile.Capabilities.Unicode = context.IsOutTerminal;
        console.Profile.Width = context.IsOutTerminal ? Math.Max(40, Console.WindowWidth) : 200;
        console.Write(table);
        return text.ToString();
    }

    /// <summary>Says how many there are of something.</summary>
    public static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static string Say(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
