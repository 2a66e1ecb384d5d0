namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>How a trained tokenizer cuts words.</summary>
public enum PieceModelKind
{
    /// <summary>The likeliest pieces by a unigram model (Kudo 2018).</summary>
    Unigram,

    /// <summary>Neighbours joined in the order in which training joined them (Sennrich et al. 2016).</summary>
    BytePair,
}
