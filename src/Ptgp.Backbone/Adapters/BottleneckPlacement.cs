namespace Ptgp.Backbone;

/// <summary>Which sublayers are followed by a bottleneck.</summary>
public enum BottleneckPlacement
{
    /// <summary>The attention of each layer to its own stack, and its feed-forward layer (Houlsby et al. 2019).</summary>
    Houlsby,

    /// <summary>The feed-forward layer of each layer alone (Pfeiffer et al. 2021).</summary>
    Pfeiffer,
}
