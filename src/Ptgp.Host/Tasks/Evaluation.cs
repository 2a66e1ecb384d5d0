using System.Text.Json.Nodes;

namespace Ptgp.Host.Tasks;

/// <summary>Asks for a dataset to be answered and scored.</summary>
internal sealed record EvaluationRequest
{
    /// <summary>Gets the dataset's files, read one after another.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>Gets the name of the dataset adapter; null for the first that fits the file.</summary>
    public string? Format { get; init; }

    /// <summary>Gets how answers are written, where the caller says so.</summary>
    public GenerationOptions Generation { get; init; } = new();

    /// <summary>Gets how many examples are answered at most; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Gets what is called after each answer with how many there are.</summary>
    public Action<int>? OnProgress { get; init; }

    /// <summary>Gets what is called with each answer, in the order of the data.</summary>
    public Action<Prediction>? OnPrediction { get; init; }
}

/// <summary>One answered example, as JSON and as text.</summary>
internal sealed record Prediction(JsonNode Input, JsonNode Predicted, JsonNode Expected)
{
    /// <summary>The file of predictions beside what was trained.</summary>
    public const string FileName = "predictions.jsonl";

    /// <summary>Makes the line that stands for it in a file of predictions.</summary>
    public string ToLine() => new JsonObject { ["input"] = Input.DeepClone(), ["predicted"] = Predicted.DeepClone(), ["expected"] = Expected.DeepClone() }.ToJsonString(TaskJson.Line);
}

/// <summary>How well a task answered a dataset.</summary>
internal sealed record EvaluationResult
{
    /// <summary>Gets how many examples were answered.</summary>
    public required int Examples { get; init; }

    /// <summary>Gets the plugin's metrics, the deciding one first.</summary>
    public required IReadOnlyList<Metric> Metrics { get; init; }

    /// <summary>Gets the mean loss of a label, where it was computed.</summary>
    public double? Loss { get; init; }

    /// <summary>Gets the answers that were scored, made into JSON as they are read; none where nobody will ask for them.</summary>
    public IEnumerable<Prediction> Predictions { get; init; } = [];
}
