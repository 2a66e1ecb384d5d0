using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training.Reports;

/// <summary>What a task answers to a few examples before it is trained and after.</summary>
internal sealed record SampleAnswers
{
    /// <summary>How many examples are answered.</summary>
    public const int Count = 5;

    /// <summary>The file beside the training in which the answers before it wait for those after.</summary>
    public const string Name = "samples.json";

    // Longer than this no answer is waited for: what was not trained may never end.
    private const double Patience = 10;

    /// <summary>Gets the answers before training.</summary>
    public required IReadOnlyList<Prediction> Before { get; init; }

    /// <summary>Gets the answers after training; none while it is not over.</summary>
    public IReadOnlyList<Prediction> After { get; init; } = [];

    /// <summary>Lets a task answer the first examples of its data. A task that cannot gives none: a training does not end for that.</summary>
    public static async Task<IReadOnlyList<Prediction>> AnswerAsync(ITaskRunner task, IReadOnlyList<string> data, string? format, CancellationToken cancellation)
    {
        List<Prediction> answered = [];
        try
        {
            await task.EvaluateAsync(new() { Data = data, Format = format, Limit = Count, Generation = new() { MaxTime = Patience }, OnPrediction = answered.Add }, cancellation).ConfigureAwait(false);
        }
        catch (UserException)
        {
            return [];
        }

        return answered;
    }

    /// <summary>Reads the answers before training; null where there are none.</summary>
    public static SampleAnswers? Read(string folder) => Path.Combine(folder, Name) is var file && File.Exists(file) ? JsonSerializer.Deserialize<SampleAnswers>(File.ReadAllBytes(file)) : null;

    /// <summary>Writes the answers.</summary>
    public void Write(string folder) => File.WriteAllBytes(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(this));

    /// <summary>Says a value in a line: its text or its answer, else as JSON.</summary>
    public static string Say(JsonNode value) => value is JsonObject fields && (fields["text"] ?? fields["answer"]) is { } text ? Say(text)
        : value is JsonValue word && word.TryGetValue<string>(out var plain) ? plain : value.ToJsonString(TaskJson.Line);
}
