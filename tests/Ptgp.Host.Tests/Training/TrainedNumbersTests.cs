using Ptgp.Host.Tasks;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

/// <summary>Trainings of a task of numbers, 16 steps unless a test says otherwise.</summary>
public abstract class TrainedNumbersTests : NumbersTests
{
    private protected static readonly FineTuningRecipe Recipe = new()
    {
        Tuning = BackboneTuning.LowRank,
        Rank = 2,
        BatchSize = 4,
        Epochs = 2,
        LearningRate = 0.01,
        Dropout = 0.1,
        EvaluateEvery = 5,
    };

    private protected TrainedNumbersTests() => Output = Folder["out"];

    private protected string Output { get; }

    private protected async Task<string> Message(FineTuningRecipe recipe, Func<TrainingRequest, TrainingRequest>? change = null, Example<string, string>[]? examples = null) =>
        (await Assert.ThrowsAnyAsync<UserException>(() => Train(recipe, change, examples: examples))).Message;

    private protected Task<TrainingResult> Train(
        FineTuningRecipe recipe,
        Func<TrainingRequest, TrainingRequest>? change = null,
        Func<NumbersHead>? head = null,
        Example<string, string>[]? examples = null,
        Example<string, string>[]? heldOut = null,
        Func<IReadOnlyList<string>, IReadOnlyList<string>>? answer = null,
        CancellationTokenSource? interruption = null)
    {
        TrainingRequest request = new() { Data = [], Output = Output };
        return new Trainer<string, string, string, string>
        {
            Plugin = new NumbersPlugin(),
            Head = head?.Invoke() ?? new(Backbone.View),
            Backbone = Backbone.View,
            Checkpoint = Backbone.Checkpoint,
            Recipe = recipe,
            Examples = examples ?? NumbersTraining.Examples(30, seed: 1),
            HeldOut = heldOut ?? NumbersTraining.Examples(10, seed: 2),
            Answer = (inputs, _) => Task.FromResult(answer?.Invoke(inputs) ?? inputs),
            Log = new Said(),
        }.TrainAsync(change?.Invoke(request) ?? request, interruption?.Token ?? TestContext.Current.CancellationToken);
    }
}
