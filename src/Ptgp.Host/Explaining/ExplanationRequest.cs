namespace Ptgp.Host.Explaining;

/// <summary>What an explanation is to show.</summary>
internal sealed record ExplanationRequest
{
    /// <summary>Gets what is computed.</summary>
    /// <value>By default all there is.</value>
    public ExplanationMethods Methods { get; init; } = ExplanationMethods.All;

    /// <summary>Gets the layers whose attention is shown; null for all where they fit, else the last.</summary>
    public LayerChoice? Layers { get; init; }

    /// <summary>Gets at how many places of the way integrated gradients are taken.</summary>
    /// <value>From 1 to 1000. The default is 32.</value>
    public int Steps { get; init; } = 32;

    /// <summary>Gets what integrated gradients start from.</summary>
    public ExplanationBaseline Baseline { get; init; }

    /// <summary>Gets how many of the likeliest tokens are named at each written place.</summary>
    /// <value>From 0 to 100. The default is 5.</value>
    public int Alternatives { get; init; } = 5;

    /// <summary>Gets whether integrated gradients are computed for each written token, and not for the text alone.</summary>
    public bool IsPerToken { get; init; }

    /// <summary>Gets how many numbers of attention may still be shown.</summary>
    public int AttentionBudget { get; init; } = 2_000_000;
}

/// <summary>What an explanation computes.</summary>
[Flags]
internal enum ExplanationMethods
{
    None = 0,

    /// <summary>How the layers looked.</summary>
    Attention = 1,

    /// <summary>How likely each written token was, and what else was.</summary>
    Probabilities = 2,

    /// <summary>Each vector that was read times the gradient of the score there.</summary>
    InputXGradient = 4,

    /// <summary>Gradients added up on the way from a baseline.</summary>
    IntegratedGradients = 8,

    All = Attention | Probabilities | InputXGradient | IntegratedGradients,
}

/// <summary>What integrated gradients start from.</summary>
internal enum ExplanationBaseline
{
    /// <summary>The same input with its tokens replaced by padding, special ones excepted; of frames, all as low as the lowest value.</summary>
    Pad,

    /// <summary>Vectors of zeros.</summary>
    Zero,
}
