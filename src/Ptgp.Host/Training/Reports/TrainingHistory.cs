using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.Host.Training.Reports;

/// <summary>What <c>metrics.jsonl</c> says of a training: its steps and its evaluations, in order.</summary>
internal sealed record TrainingHistory(IReadOnlyList<LoggedStep> Steps, IReadOnlyList<LoggedEvaluation> Evaluations)
{
    /// <summary>Reads a training's log. A line that was cut short by a crash is passed over.</summary>
    public static TrainingHistory Read(string file)
    {
        List<LoggedStep> steps = [];
        List<LoggedEvaluation> evaluations = [];
        foreach (var line in File.ReadLines(file))
        {
            JsonNode? entry;
            try
            {
                entry = JsonNode.Parse(line);
            }
            catch (JsonException)
            {
                continue;
            }

            if (entry?["evaluation"] is JsonObject figures)
            {
                evaluations.Add(new((int)entry["step"]!, figures.ToDictionary(figure => figure.Key, figure => Number(figure.Value))));
            }
            else if (entry?["loss"] is { } loss)
            {
                steps.Add(new((int)entry["step"]!, Number(loss), Number(entry["gradNorm"]), Number(entry["learningRate"]), (long)Number(entry["tokens"])));
            }
        }

        return new(steps, evaluations);
    }

    // Figures that are none stand as texts.
    private static double Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<double>(out var number) ? number : double.NaN;
}

/// <summary>A step as it was logged.</summary>
internal readonly record struct LoggedStep(int Step, double Loss, double GradNorm, double LearningRate, long Tokens);

/// <summary>An evaluation as it was logged.</summary>
internal sealed record LoggedEvaluation(int Step, IReadOnlyDictionary<string, double> Figures);
