namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>Rewrites text before it is split, keeping track of what stands for what. Holds no state between texts.</summary>
internal abstract class Normalizer
{
    /// <summary>Gives the rewritten text; may be the same object when nothing changes.</summary>
    public abstract AlignedText Apply(AlignedText text);
}
