using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>What a loop learns from: one task, or several in turn. Synchronous but for evaluation, on the device's thread.</summary>
internal interface ICurriculum
{
    /// <summary>Gets how many places in data it has: one a task.</summary>
    int Places { get; }

    /// <summary>Gets how many steps make an epoch; null where that is not known beforehand.</summary>
    int? StepsPerEpoch { get; }

    /// <summary>Gets how many examples are held out.</summary>
    int HeldOut { get; }

    /// <summary>Makes a step.</summary>
    /// <param name="step">Its number, from 0.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="from">Where in the data of each task it begins.</param>
    /// <exception cref="UserException">An example cannot be encoded, or the loss depends on nothing that is learned.</exception>
    LearnedStep Learn(int step, double learningRate, IReadOnlyList<DataPosition> from);

    /// <summary>Evaluates what is held out; null for nothing.</summary>
    Task<EvaluationResult?> EvaluateAsync(CancellationToken cancellation);
}

/// <summary>One task, which learns by itself or gives batches to steps that several make together.</summary>
internal interface ITaskCurriculum : ICurriculum
{
    /// <summary>Gets how many batches make an epoch; null where that is not known beforehand.</summary>
    int? Batches { get; }

    /// <summary>Adds the gradients of one batch to those that are there.</summary>
    /// <param name="from">Where in the data it is.</param>
    /// <exception cref="UserException">An example cannot be encoded, or the loss depends on nothing that is learned.</exception>
    GatheredBatch Gather(DataPosition from);
}

/// <summary>What a batch has added to a step.</summary>
/// <param name="Sum">The summed loss, a float64 scalar in the caller's scope.</param>
/// <param name="Count">How many targets it has.</param>
/// <param name="Positions">How many positions of inputs and labels it has.</param>
/// <param name="Next">Where the next batch is.</param>
/// <param name="Examples">Which examples it was, in words.</param>
internal sealed record GatheredBatch(Tensor Sum, long Count, long Positions, DataPosition Next, Func<string> Examples);

/// <summary>What came of a step.</summary>
/// <param name="Loss">The mean loss of a target.</param>
/// <param name="GradNorm">The norm of the gradients before they were cut.</param>
/// <param name="Count">How many targets it was learned from.</param>
/// <param name="Next">Where in the data of each task the next step begins.</param>
/// <param name="EndsEpoch">Whether an epoch ends with it.</param>
internal sealed record LearnedStep(double Loss, double GradNorm, long Count, IReadOnlyList<DataPosition> Next, bool EndsEpoch)
{
    /// <summary>Gets why nothing was learned: loss or gradient are no number. Null for nothing.</summary>
    public string? Fault { get; init; }

    /// <summary>Gets how many positions of inputs and labels it went through, padding aside.</summary>
    public long Positions { get; init; }
}
