namespace Ptgp.Host.Training;

/// <summary>Where a training stands, apart from weights and optimizer. Order of data and everything drawn follow from recipe, step and place in the data, so they need no room here.</summary>
internal sealed record TrainingState
{
    /// <summary>Gets how many steps were made.</summary>
    public int Step { get; init; }

    /// <summary>Gets the recipe, which must be the same to go on.</summary>
    public required FineTuningRecipe Recipe { get; init; }

    /// <summary>Gets how many units of data there are, which must be the same to go on; null where they were not counted.</summary>
    public required long? Units { get; init; }

    /// <summary>Gets where in the data of each task it stands.</summary>
    public required IReadOnlyList<DataPosition> Data { get; init; }

    /// <summary>Gets whether the last step ended an epoch.</summary>
    public bool EndsEpoch { get; init; }

    /// <summary>Gets after which step was last evaluated.</summary>
    public int EvaluatedStep { get; init; }

    /// <summary>Gets the sum of the losses of the steps since then.</summary>
    public double LossSinceEvaluation { get; init; }

    /// <summary>Gets the best evaluation so far.</summary>
    public TrainingScore? Best { get; init; }

    /// <summary>Gets how many evaluations there were since then.</summary>
    public int WithoutBetter { get; init; }

    /// <summary>Gets the evaluations whose weights are kept, to be averaged at the end.</summary>
    public IReadOnlyList<TrainingScore> Kept { get; init; } = [];
}
