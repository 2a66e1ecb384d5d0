namespace Ptgp;

/// <summary>When beam search stops; written <c>false</c>, <c>true</c> or <c>"never"</c>.</summary>
public enum EarlyStopping
{
    /// <summary>When the best unfinished hypothesis, were it to end now, could not enter the list.</summary>
    False,

    /// <summary>As soon as as many hypotheses as beams have ended.</summary>
    True,

    /// <summary>Only when no unfinished hypothesis, however long it grows, could enter the list.</summary>
    Never,
}

/// <summary>A sequence of tokens is made likelier, or less likely.</summary>
/// <param name="Ids">The token ids, at least one.</param>
/// <param name="Bias">What is added to the score of the last of them where the others stand before it.</param>
public readonly record struct SequenceBias(IReadOnlyList<int> Ids, double Bias);

/// <summary>The end of a sequence grows likelier with its length.</summary>
/// <param name="Start">After how many new tokens.</param>
/// <param name="Factor">The factor, to the power of the tokens since.</param>
public readonly record struct ExponentialDecay(int Start, double Factor);
