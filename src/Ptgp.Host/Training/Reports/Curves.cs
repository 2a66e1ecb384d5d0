extern alias plots;
using plots::ScottPlot;
using plots::ScottPlot.MultiplotLayouts;

namespace Ptgp.Host.Training.Reports;

/// <summary>Draws curves as PNG.</summary>
internal static class Curves
{
    private const int Width = 900, Height = 280;

    /// <summary>Draws how a training went: its losses, the metric that decides, and the learning rate.</summary>
    /// <param name="file">The file.</param>
    /// <param name="history">The training.</param>
    /// <param name="deciding">The metric that decides; null for the loss.</param>
    public static void Draw(string file, TrainingHistory history, string? deciding)
    {
        double[] steps = [.. history.Steps.Select(step => (double)step.Step)], losses = [.. history.Steps.Select(step => step.Loss)];
        List<Action<Plot>> panels =
        [
            plot =>
            {
                Line(plot, steps, losses, Colors.Gray.WithAlpha(.4), "a step");
                Line(plot, steps, Smoothing.Average(losses, .95), Colors.C0, "training, smoothed");
                Points(plot, history, "loss", Colors.C1, "held out");
                Finish(plot, "loss");
            },
        ];
        if (deciding is not null and not "loss")
        {
            panels.Add(plot =>
            {
                Points(plot, history, deciding, Colors.C2, "held out");
                Finish(plot, deciding);
            });
        }

        panels.Add(plot =>
        {
            Line(plot, steps, [.. history.Steps.Select(step => step.LearningRate)], Colors.C3, "learning rate");
            Finish(plot, "learning rate");
        });
        Multiplot all = new() { Layout = new Rows() };
        all.AddPlots(panels.Count);
        foreach (var (number, panel) in panels.Index())
        {
            panel(all.GetPlot(number));
        }

        all.SavePng(file, Width, Height * panels.Count);
    }

    /// <summary>Draws losses over learning rates, these by their logarithm.</summary>
    /// <param name="file">The file.</param>
    /// <param name="points">The rates, and the loss at each.</param>
    /// <param name="first">From which of them on losses are smoothed.</param>
    /// <param name="smoothed">The smoothed losses of as many as there are.</param>
    /// <param name="steepest">The rate at which they fall most steeply; null for none.</param>
    public static void DrawRates(string file, IReadOnlyList<(double Rate, double Loss)> points, int first, double[] smoothed, double? steepest)
    {
        Plot plot = new();
        double[] rates = [.. points.Select(point => Math.Log10(point.Rate))];
        Line(plot, rates, [.. points.Select(point => point.Loss)], Colors.Gray.WithAlpha(.5), "a step");
        Line(plot, rates[first..(first + smoothed.Length)], smoothed, Colors.C0, "smoothed");
        if (steepest is { } rate)
        {
            plot.Add.VerticalLine(Math.Log10(rate), color: Colors.C1).LegendText = FormattableString.Invariant($"steepest: {rate:0.0e+0}");
        }

        plot.Axes.Bottom.TickGenerator = new plots::ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = power => FormattableString.Invariant($"1e{power:0.#}") };
        Finish(plot, "loss");
        plot.XLabel("learning rate");
        plot.SavePng(file, Width, 450);
    }

    private static void Line(Plot plot, double[] x, double[] y, Color color, string name)
    {
        if (x.Length > 0)
        {
            plot.Add.ScatterLine(x, y, color).LegendText = name;
        }
    }

    private static void Points(Plot plot, TrainingHistory history, string figure, Color color, string name)
    {
        var known = history.Evaluations.Where(evaluation => evaluation.Figures.TryGetValue(figure, out var value) && double.IsFinite(value)).ToList();
        if (known.Count > 0)
        {
            plot.Add.Scatter(known.Select(evaluation => (double)evaluation.Step).ToArray(), known.Select(evaluation => evaluation.Figures[figure]).ToArray(), color).LegendText = name;
        }
    }

    private static void Finish(Plot plot, string title)
    {
        plot.Title(title);
        plot.XLabel("step");
        plot.ShowLegend(Alignment.UpperRight);
    }
}
