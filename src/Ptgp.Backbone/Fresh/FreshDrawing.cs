namespace Ptgp.Backbone;

/// <summary>How the weights of a fresh checkpoint are drawn. Biases begin at 0 and the weights of norms at 1 in each.</summary>
internal enum FreshDrawing
{
    /// <summary>
    /// As the original Transformer's: projections uniform by the sum of their sizes (Glorot and Bengio 2010), embeddings normal with the inverse square root of
    /// the width, that of padding 0.
    /// </summary>
    Vaswani,

    /// <summary>As T5's: projections normal with the inverse square root of what they read, queries of the head's width besides, for their scores are not scaled; embeddings with 1.</summary>
    T5,

    /// <summary>As GPT-2's: normal with 0.02; what closes a sublayer less by the square root of their number.</summary>
    Gpt2,

    /// <summary>As BERT's: normal with 0.02; the embedding of padding 0.</summary>
    Bert,
}
