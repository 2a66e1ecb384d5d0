namespace Ptgp.Host.Pretraining;

/// <summary>Pre-training as the training loop sees it: a task whose examples are blocks of text, and which is never asked.</summary>
/// <param name="objectives">What is learned.</param>
/// <param name="settings">How.</param>
/// <param name="seed">What hidden tokens are drawn from.</param>
internal sealed class PretrainingPlugin(IReadOnlyList<(Objective Objective, double Weight)> objectives, PretrainingSettings settings, int seed) : TaskPlugin<TextBlock, int>
{
    private Func<IReadOnlyList<Metric>>? takeHeldOut;

    /// <inheritdoc />
    public override string Name => "pretraining";

    /// <inheritdoc />
    public override IReadOnlyList<DatasetAdapter<TextBlock, int>> Datasets => [];

    /// <inheritdoc />
    public override FineTuningRecipe Recipe => new() { Tuning = BackboneTuning.Full, LearningRate = 5e-4, Epochs = 1 };

    /// <inheritdoc />
    public override ITaskHead<TextBlock, int> CreateHead(IBackbone backbone)
    {
        PretrainingHead head = new(backbone, objectives, settings, seed);
        takeHeldOut = head.TakeHeldOut;
        return head;
    }

    /// <inheritdoc />
    /// <remarks>The losses of the evaluation that was just made.</remarks>
    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<TextBlock, int>> answers) => takeHeldOut?.Invoke() ?? [];
}
