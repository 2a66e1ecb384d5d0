namespace Ptgp;

/// <summary>How gradients become steps. Since 1.4.</summary>
public enum OptimizerKind
{
    /// <summary>Adam, whose decay passes by the gradients (Loshchilov and Hutter 2019).</summary>
    AdamW,

    /// <summary>Adam, whose decay is added to the gradients (Kingma and Ba 2015).</summary>
    Adam,

    /// <summary>Adafactor, which remembers little (Shazeer and Stern 2018).</summary>
    Adafactor,

    /// <summary>Gradient descent, whose decay is added to the gradients.</summary>
    Sgd,
}

/// <summary>What of gradients is cut. Since 1.4.</summary>
public enum GradientClipping
{
    /// <summary>Their Euclidean norm, one over all parameters: their direction stays.</summary>
    Norm,

    /// <summary>The greatest of their values, one over all parameters: their direction stays.</summary>
    Greatest,

    /// <summary>Each value by itself.</summary>
    Value,
}
