using System.ComponentModel.DataAnnotations;

namespace Ptgp;

/// <content>What a step keeps in memory, and how it lays out a batch.</content>
public sealed partial record FineTuningRecipe
{
    /// <summary>Gets whether of each layer of the backbone only what it reads is kept, and the layer is computed anew when its gradients are asked for (Chen et al. 2016): less memory for more time, and the same gradients. Since 1.5.</summary>
    /// <value>The default is false.</value>
    public bool GradientCheckpointing { get; init; }

    /// <summary>Gets how many positions a row holds into which the examples of a batch are packed, several to a row, each of which sees itself alone; a longer example has a longer row. For backbones that write on from what they read. Since 1.5.</summary>
    /// <value>At least 1. Null, the default, gives each example a row.</value>
    [Range(1, int.MaxValue)]
    public int? Packing { get; init; }
}
