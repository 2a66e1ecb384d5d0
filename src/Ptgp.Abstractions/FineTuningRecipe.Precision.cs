using System.Diagnostics.CodeAnalysis;

namespace Ptgp;

// How exactly a step is computed.
public sealed partial record FineTuningRecipe
{
    /// <summary>Gets how exactly steps are computed. Weights, their gradients and the optimizer are float32 in any case, and evaluation is the backbone's. Since 1.4.</summary>
    /// <value>The default is <see cref="TrainingPrecision.Float32"/>.</value>
    public TrainingPrecision Precision { get; init; } = TrainingPrecision.Float32;
}

/// <summary>How exactly training computes. Since 1.4.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "Types of numbers are what it chooses from.")]
public enum TrainingPrecision
{
    /// <summary>In 32 bits.</summary>
    Float32,

    /// <summary>Matrix products in 16 bits, of which 8 are the exponent's; all else in 32.</summary>
    Bfloat16,
}
