namespace Ptgp;

/// <content>What a step keeps in memory.</content>
public sealed partial record FineTuningRecipe
{
    /// <summary>Gets whether of each layer of the backbone only what it reads is kept, and the layer is computed anew when its gradients are asked for (Chen et al. 2016): less memory for more time, and the same gradients. Since 1.5.</summary>
    /// <value>The default is false.</value>
    public bool GradientCheckpointing { get; init; }
}
