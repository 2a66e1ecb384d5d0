using System.ComponentModel.DataAnnotations;

namespace Ptgp;

/// <summary>How a task is fine-tuned, as data: the host owns the loop. It is stored beside what was learned.</summary>
public sealed partial record FineTuningRecipe
{
    /// <summary>Gets what happens to the shared backbone while the head learns.</summary>
    /// <value>The default is <see cref="BackboneTuning.LowRank"/>.</value>
    public BackboneTuning Tuning { get; init; } = BackboneTuning.LowRank;

    /// <summary>Gets the rank of the task's own backbone deltas under <see cref="BackboneTuning.LowRank"/>, and the width inside of bottlenecks under <see cref="BackboneTuning.Houlsby"/> and <see cref="BackboneTuning.Pfeiffer"/>.</summary>
    /// <value>From 1 to 256. The default is 8.</value>
    [Range(1, 256)]
    public int Rank { get; init; } = 8;

    /// <summary>Gets the scale of the deltas, which are multiplied by alpha over rank.</summary>
    /// <value>Above 0. The default is 16.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double Alpha { get; init; } = 16;

    /// <summary>Gets which projections of the backbone have deltas: <c>q</c>, <c>k</c>, <c>v</c>, <c>o</c> of attention, <c>up</c>, <c>gate</c>, <c>down</c> of the feed-forward layers.</summary>
    /// <value>The default is <c>q</c> and <c>v</c>.</value>
    public IReadOnlyList<string> Targets { get; init; } = ["q", "v"];

    /// <summary>Gets how many times the training examples are seen.</summary>
    /// <value>At least 1. The default is 3.</value>
    [Range(1, int.MaxValue)]
    public int Epochs { get; init; } = 3;

    /// <summary>Gets after how many optimizer steps training ends, whatever the epochs say.</summary>
    /// <value>At least 1. Null, the default, leaves it to the epochs.</value>
    [Range(1, int.MaxValue)]
    public int? MaxSteps { get; init; }

    /// <summary>Gets how many examples make one batch.</summary>
    /// <value>At least 1. The default is 32.</value>
    [Range(1, int.MaxValue)]
    public int BatchSize { get; init; } = 32;

    /// <summary>Gets how large a batch is, in positions with their padding: its rows times its longest sequence, of input or of target; with packing, in positions that are read. It then holds as many examples as that allows, at least one, and the batch size counts for nothing. Since 1.4.</summary>
    /// <value>At least 1. Null, the default, leaves it to the batch size.</value>
    [Range(1, int.MaxValue)]
    public int? TokensPerBatch { get; init; }

    /// <summary>Gets how many batches make one optimizer step; their losses are averaged by targets, as if they were one.</summary>
    /// <value>At least 1. The default is 1.</value>
    [Range(1, int.MaxValue)]
    public int Accumulation { get; init; } = 1;

    /// <summary>Gets the peak learning rate, reached after warm-up.</summary>
    /// <value>Above 0 and at most 1. The default is 0.0003.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 3e-4;

    /// <summary>Gets how the learning rate goes on after warm-up.</summary>
    /// <value>The default is <see cref="LearningRateSchedule.Linear"/>.</value>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Linear;

    /// <summary>Gets the share of all steps spent warming up; see <see cref="WarmupSteps"/>.</summary>
    /// <value>From 0 to 1. The default is 0.1.</value>
    [Range(0.0, 1.0)]
    public double Warmup { get; init; } = 0.1;

    /// <summary>Gets the optimizer's decay of weights; biases and norms are never decayed.</summary>
    /// <value>At least 0. The default is 0.01.</value>
    [Range(0, double.MaxValue)]
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Gets the norm to which longer gradients are cut, or what else <see cref="Clipping"/> names; 0 leaves them.</summary>
    /// <value>At least 0. The default is 1.</value>
    [Range(0, double.MaxValue)]
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>Gets the share of probability that losses over classes give to all other classes.</summary>
    /// <value>From 0 to 1. The default is 0.</value>
    [Range(0.0, 1.0)]
    public double LabelSmoothing { get; init; }

    /// <summary>Gets the share of activations that are dropped in training.</summary>
    /// <value>From 0 to 1. Null, the default, is what the checkpoint says.</value>
    [Range(0.0, 1.0)]
    public double? Dropout { get; init; }

    /// <summary>Gets the longest sequence the task encodes; see <see cref="IBackbone.MaxLength"/>.</summary>
    /// <value>At least 1. The default is 512.</value>
    [Range(1, int.MaxValue)]
    public int MaxInputLength { get; init; } = 512;

    /// <summary>Gets the longest sequence of labels; what is longer is cut. See <see cref="IBackbone.MaxTargetLength"/>.</summary>
    /// <value>At least 1. The default is 512.</value>
    [Range(1, int.MaxValue)]
    public int MaxTargetLength { get; init; } = 512;

    /// <summary>Gets after how many steps held-out data is evaluated.</summary>
    /// <value>At least 1. Null, the default, is after each epoch.</value>
    [Range(1, int.MaxValue)]
    public int? EvaluateEvery { get; init; }

    /// <summary>Gets how many examples are held at once, to be drawn from by lot. Larger data is learned in portions of so many, in the order of its files. Since 1.4.</summary>
    /// <value>At least 1. The default is 50000.</value>
    [Range(1, int.MaxValue)]
    public int ShuffleBuffer { get; init; } = 50_000;

    /// <summary>Gets the seed of everything drawn: fresh parameters, order of examples, dropout.</summary>
    /// <value>The default is 42.</value>
    public int Seed { get; init; } = 42;
}

/// <summary>What happens to the shared backbone while a head learns. No choice changes it for other tasks.</summary>
public enum BackboneTuning
{
    /// <summary>The backbone stays as it is.</summary>
    Frozen,

    /// <summary>The task learns low-rank deltas of its own on top of the backbone (Hu et al. 2021).</summary>
    LowRank,

    /// <summary>The task learns a full copy of the backbone.</summary>
    Full,

    /// <summary>The task learns bottlenecks of its own, narrow layers after the attention and the feed-forward sublayer of each layer of the backbone (Houlsby et al. 2019). Since 1.3.</summary>
    Houlsby,

    /// <summary>The task learns bottlenecks of its own after the feed-forward sublayers alone (Pfeiffer et al. 2021). Since 1.3.</summary>
    Pfeiffer,

    /// <summary>The task learns low-rank deltas of its own, and apart from them how long the weights are that they turn (DoRA, Liu et al. 2024). Since 1.4.</summary>
    Dora,

    /// <summary>The task learns factors of its own for keys, values and what is inside feed-forward layers ((IA)³, Liu et al. 2022). Since 1.4.</summary>
    Ia3,

    /// <summary>The task learns keys and values of its own that each layer sees before its own (Li and Liang 2021). Since 1.4.</summary>
    Prefix,

    /// <summary>The task learns vectors of its own that are read before every input (Lester et al. 2021). Since 1.4.</summary>
    Prompt,
}
