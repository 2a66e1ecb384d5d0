using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Host.Explaining;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tasks;

/// <summary>A configured task, ready to be asked: plugin, head and backbone, with the plugin's own types hidden.</summary>
internal interface ITaskRunner : IDisposable
{
    /// <summary>Gets the name under which the configuration holds the task.</summary>
    string Name { get; }

    /// <summary>Gets the names of the fields that an input may have in JSON; none where it is no object.</summary>
    IReadOnlyList<string> InputFields { get; }

    /// <summary>Gets how answers become files of their own; null where they are lines of text.</summary>
    AnswerFile<object, object>? AnswerFile { get; }

    /// <summary>Gets a line of JSON that the task could be asked with, such as <c>{"text": "…"}</c>.</summary>
    string InputExample { get; }

    /// <summary>Makes an input of a line of plain text.</summary>
    /// <exception cref="FormatException">The task cannot be asked with this text; the message is for users.</exception>
    object ParseText(string text);

    /// <summary>Makes an input of a JSON value.</summary>
    /// <exception cref="JsonException">The value does not fit the task's input; the message is for users.</exception>
    object ParseJson(JsonElement json);

    /// <summary>Finds the fields of a JSON value, which <see cref="ParseJson"/> took, that nothing reads.</summary>
    IReadOnlyList<UnknownField> FindUnknown(JsonElement json);

    /// <summary>Renders an answer as a line of plain text.</summary>
    string ToText(object output);

    /// <summary>Renders an answer as JSON.</summary>
    JsonNode ToJson(object output);

    /// <summary>Answers one input, batched with whatever else is being asked. Safe to call from many threads.</summary>
    Task<object> AnswerAsync(object input, GenerationOptions caller, AnswerObserver? observer, CancellationToken cancellation);

    /// <summary>Answers one input and explains the answer.</summary>
    /// <exception cref="UsageException">What is to be shown does not fit the backbone.</exception>
    Task<Explanation> ExplainAsync(object input, GenerationOptions caller, ExplanationRequest request, CancellationToken cancellation);

    /// <summary>Answers a dataset and scores the answers.</summary>
    Task<EvaluationResult> EvaluateAsync(EvaluationRequest request, CancellationToken cancellation);

    /// <summary>Fine-tunes the task. When cancelled it saves where it stands and returns with <see cref="TrainingResult.WasInterrupted"/>.</summary>
    Task<TrainingResult> TrainAsync(TrainingRequest request, CancellationToken cancellation);

    /// <summary>Makes what trains the task, beside others or by itself. What it trained lives as long as the runner.</summary>
    ITrainer Prepare(TrainingRequest request);
}

/// <summary>What a caller who waits for one answer wants to see of it. Called on threads of the host's.</summary>
internal sealed record AnswerObserver
{
    /// <summary>Gets what is called with the answer so far.</summary>
    public Action<object>? OnSoFar { get; init; }

    /// <summary>Gets what is called with how far a long answer has come, from 0 to 1.</summary>
    public Action<double>? OnProgress { get; init; }
}
