namespace Ptgp.Host.Pretraining;

/// <summary>What the labels of an objective are compared with.</summary>
internal enum LossKind
{
    /// <summary>What the backbone writes to the input.</summary>
    Written,

    /// <summary>What its output says at each token of the input.</summary>
    Told,

    /// <summary>What a head of its own says at each token: 0 or 1.</summary>
    Judged,

    /// <summary>What a head of its own says of the whole: 0 or 1.</summary>
    Ordered,
}
