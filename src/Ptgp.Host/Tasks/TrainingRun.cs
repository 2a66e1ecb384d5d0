namespace Ptgp.Host.Tasks;

/// <summary>Asks for a task to be fine-tuned.</summary>
internal sealed record TrainingRequest
{
    /// <summary>Gets the files to learn from.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>Gets the files that are evaluated during training; empty for none.</summary>
    public IReadOnlyList<string> HeldOut { get; init; } = [];

    /// <summary>Gets the name of the dataset adapter; null for the first that fits the file.</summary>
    public string? Format { get; init; }

    /// <summary>Gets the folder that what was learned is saved to.</summary>
    public required string Output { get; init; }

    /// <summary>Gets what the caller changes about the plugin's recipe.</summary>
    public Func<FineTuningRecipe, FineTuningRecipe> Recipe { get; init; } = recipe => recipe;

    /// <summary>Gets whether an interrupted run in <see cref="Output"/> goes on.</summary>
    public bool Resume { get; init; }

    /// <summary>Gets whether the first line that is no example ends it; else such lines are shown, counted and left out.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Gets the learning rate by steps from 0; null for what the recipe says.</summary>
    public Func<int, double>? LearningRate { get; init; }

    /// <summary>Gets what is called after each optimizer step.</summary>
    public Action<TrainingStep>? OnStep { get; init; }

    /// <summary>Gets what is called after each evaluation of the held-out data.</summary>
    public Action<TrainingEvaluation>? OnEvaluation { get; init; }
}

/// <summary>One optimizer step.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="Steps">How many there will be.</param>
/// <param name="Loss">The mean loss of a label.</param>
/// <param name="GradNorm">The norm of the gradients before they were cut.</param>
/// <param name="LearningRate">The learning rate it was made with.</param>
/// <param name="Tokens">How many labels it learned from.</param>
/// <param name="Positions">How many positions of inputs and labels it went through, padding aside: what it takes time for.</param>
internal readonly record struct TrainingStep(int Step, int Steps, double Loss, double GradNorm, double LearningRate, long Tokens, long Positions)
{
    /// <summary>Gets the task, where several are trained each by itself; else null.</summary>
    public string? Task { get; init; }
}

/// <summary>One evaluation of the held-out data.</summary>
/// <param name="Step">After which step.</param>
/// <param name="Result">What came out.</param>
/// <param name="IsBest">Whether it is the best so far, and therefore was saved.</param>
/// <param name="Averaged">Over how many evaluations the weights were averaged; null where they were not.</param>
internal sealed record TrainingEvaluation(int Step, EvaluationResult Result, bool IsBest, int? Averaged = null)
{
    /// <inheritdoc cref="TrainingStep.Task" />
    public string? Task { get; init; }
}

/// <summary>What came of a training.</summary>
internal sealed record TrainingResult
{
    /// <summary>Gets how many steps were made, those before a resumption included.</summary>
    public required int Steps { get; init; }

    /// <summary>Gets the folder that holds what was learned.</summary>
    public required string Output { get; init; }

    /// <summary>Gets how many parameters were trained.</summary>
    public required long Parameters { get; init; }

    /// <summary>Gets the best evaluation of the held-out data, which is what was kept; null without held-out data.</summary>
    public TrainingEvaluation? Best { get; init; }

    /// <summary>Gets how many lines of the data were left out because they are no examples.</summary>
    public int BadLines { get; init; }

    /// <summary>Gets whether it was cancelled; it goes on with <see cref="TrainingRequest.Resume"/>.</summary>
    public bool WasInterrupted { get; init; }
}
