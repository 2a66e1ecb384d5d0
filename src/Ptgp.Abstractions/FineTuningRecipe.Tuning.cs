using System.ComponentModel.DataAnnotations;

namespace Ptgp;

// What is learned, and how much of it.
public sealed partial record FineTuningRecipe
{
    /// <summary>Gets whether deltas are multiplied by alpha over the square root of the rank instead of the rank, so that high ranks learn as much (Kalajdzievski 2023). Since 1.4.</summary>
    /// <value>The default is false.</value>
    public bool RsLora { get; init; }

    /// <summary>Gets the share of what low-rank deltas read that is dropped in training. The backbone's own weights read all of it, and <see cref="Dropout"/> is apart from this. Since 1.6.</summary>
    /// <value>From 0 up to but not including 1. The default is 0.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double LowRankDropout { get; init; }

    /// <summary>Gets how many virtual tokens <see cref="BackboneTuning.Prefix"/> and <see cref="BackboneTuning.Prompt"/> learn. Since 1.4.</summary>
    /// <value>From 1 to 1000. The default is 20.</value>
    [Range(1, 1000)]
    public int VirtualTokens { get; init; } = 20;

    /// <summary>Gets whether <see cref="BackboneTuning.Full"/> learns the tables of tokens' embeddings, and with them an output layer that is tied to them. Since 1.4.</summary>
    /// <value>The default is true.</value>
    public bool TrainEmbeddings { get; init; } = true;

    /// <summary>Gets how many of the topmost layers of encoder and decoder <see cref="BackboneTuning.Full"/> learns, beside what lies above them; embeddings and all layers below stay. Since 1.4.</summary>
    /// <value>At least 1. Null, the default, learns all.</value>
    [Range(1, int.MaxValue)]
    public int? UnfreezeTop { get; init; }

    /// <summary>Gets the factor by which each layer learns slower than the one above it: the topmost at this share of the learning rate, embeddings one slower than the lowest. Since 1.4.</summary>
    /// <value>Above 0 and at most 1. The default is 1: all learn alike.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LayerDecay { get; init; } = 1;
}
