using Ptgp.Host.Tasks;

namespace Ptgp.Host.Training;

/// <summary>Examples that are not learned from, to see how well the task does on them.</summary>
internal sealed class HeldOutData<TInput, TPart, TPartOutput, TOutput>
{
    private readonly TaskPlugin<TInput, TOutput> plugin;
    private readonly IReadOnlyList<Example<TInput, TOutput>> examples;
    private readonly TrainingExamples<TInput, TPart, TPartOutput, TOutput> encoded;
    private readonly Func<IReadOnlyList<TInput>, CancellationToken, Task<IReadOnlyList<TOutput>>> answer;
    private readonly FineTuningRecipe recipe;
    private readonly TaskJson json = new();

    /// <summary>Initializes the data.</summary>
    /// <param name="plugin">What scores.</param>
    /// <param name="head">What encodes.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="recipe">How large batches are.</param>
    /// <param name="answer">Answers inputs, in their order, by what has been learned so far.</param>
    public HeldOutData(
        TaskPlugin<TInput, TOutput> plugin,
        TaskHead<TInput, TPart, TPartOutput, TOutput> head,
        IReadOnlyList<Example<TInput, TOutput>> examples,
        FineTuningRecipe recipe,
        Func<IReadOnlyList<TInput>, CancellationToken, Task<IReadOnlyList<TOutput>>> answer)
    {
        (this.plugin, this.examples, this.recipe, this.answer) = (plugin, examples, recipe, answer);
        encoded = new(head, examples);
    }

    /// <summary>Gets how many examples there are.</summary>
    public int Count => examples.Count;

    /// <summary>Computes the loss, lets the task answer, and scores the answers.</summary>
    public async Task<EvaluationResult> EvaluateAsync(Learner<TInput, TPart, TPartOutput, TOutput> learner, CancellationToken cancellation)
    {
        double? loss = encoded.Count > 0 ? learner.Evaluate(Batches(), cancellation) : null;
        var answers = await answer([.. examples.Select(example => example.Input)], cancellation).ConfigureAwait(false);
        Answer<TInput, TOutput>[] answered = [.. examples.Zip(answers, (example, predicted) => new Answer<TInput, TOutput>(example.Input, predicted, example.Output))];
        return new()
        {
            Examples = examples.Count,
            Loss = loss,
            Metrics = plugin.Score(answered),
            Predictions = answered.Select(json.Write),
        };
    }

    private IEnumerable<IReadOnlyList<EncodedExample<TPart>>> Batches()
    {
        var order = encoded.Order(recipe, seed: 0);
        return Enumerable.Range(0, order.WindowsPerEpoch).SelectMany(window => encoded.Window(order, 0, window));
    }
}
