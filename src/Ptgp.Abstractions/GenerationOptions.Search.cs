using System.ComponentModel.DataAnnotations;

namespace Ptgp;

/// <content>How the likeliest text is looked for.</content>
public sealed partial record GenerationOptions
{
    /// <summary>Gets how many hypotheses are kept; 1 is greedy, or sampling without beams.</summary>
    /// <value>From 1 to 64. The default is 1.</value>
    [Range(1, 64)]
    public int? NumBeams { get; init; }

    /// <summary>Gets how many hypotheses are returned, best first. Sampling without beams draws each for itself.</summary>
    /// <value>From 1 to <see cref="NumBeams"/>, or to <see cref="Patience"/> times as many, or to 64 where they are drawn. The default is 1.</value>
    [Range(1, 64)]
    public int? NumReturnSequences { get; init; }

    /// <summary>Gets the power of the length by which the score of a finished hypothesis is divided; above 0 favours long ones.</summary>
    /// <value>The default is 1.</value>
    [Range(-10.0, 10.0)]
    public double? LengthPenalty { get; init; }

    /// <summary>Gets when beam search stops.</summary>
    /// <value>The default is <see cref="Ptgp.EarlyStopping.False"/>.</value>
    public EarlyStopping? EarlyStopping { get; init; }

    /// <summary>Gets how patient beam search is: it stops when this many times <see cref="NumBeams"/> hypotheses have ended, the first ones that do, whatever <see cref="EarlyStopping"/> says (Kasai et al. 2022; Whisper searches so, with 1).</summary>
    /// <value>Above 0. Null, the default, leaves it to <see cref="EarlyStopping"/>.</value>
    [Range(0.0, 64.0, MinimumIsExclusive = true)]
    public double? Patience { get; init; }

    /// <summary>Gets into how many groups the beams are divided, each of which avoids what those before it write (Vijayakumar et al. 2018).</summary>
    /// <value>From 1, the default, to <see cref="NumBeams"/>, which it must divide. Not beside <see cref="DoSample"/> or <see cref="Patience"/>.</value>
    [Range(1, 64)]
    public int? NumBeamGroups { get; init; }

    /// <summary>Gets what is taken from the score of a token for each beam of an earlier group that has just chosen it.</summary>
    /// <value>At least 0, the default.</value>
    [Range(0.0, double.MaxValue)]
    public double? DiversityPenalty { get; init; }

    /// <summary>Gets by how much a finished hypothesis is worsened that leaves parts of the input out: this times the sum, over the input's tokens, of the logarithm of all attention that each has had, where that is below 1 (Wu et al. 2016). The attention is the mean over all layers and heads.</summary>
    /// <value>At least 0, the default. Counts only in beam search, on a backbone with an encoder.</value>
    [Range(0.0, double.MaxValue)]
    public double? CoveragePenalty { get; init; }

    /// <summary>Gets sequences of token ids that must all be written, each in one piece, unless rules forbid it (dynamic beam allocation, Post and Vilar 2018).</summary>
    /// <value>At most 64. Needs <see cref="NumBeams"/> above 1, the more the better; not beside <see cref="DoSample"/>, <see cref="NumBeamGroups"/> or <see cref="Patience"/>.</value>
    public IReadOnlyList<IReadOnlyList<int>>? ForceWordsIds { get; init; }

    /// <summary>Gets sets of sequences of token ids, such as the forms of a word; of each set one at least must be written, in one piece, unless rules forbid it.</summary>
    /// <value>At most 64 with the sequences of <see cref="ForceWordsIds"/>, beside which they may stand, and with the same needs.</value>
    public IReadOnlyList<IReadOnlyList<IReadOnlyList<int>>>? ForceAnyWordsIds { get; init; }

    /// <summary>Gets how many tokens at most are guessed at a time by copying what followed the last tokens where they stood before, in the input or in what was written. What is written stays the same; where much is copied, it is written sooner.</summary>
    /// <value>From 0, the default, which guesses none, to 64. Counts only where the likeliest token is written: not with beams or where tokens are drawn.</value>
    [Range(0, 64)]
    public int? PromptLookupNumTokens { get; init; }

    /// <summary>Gets how many tokens at most must be the same for what follows them to be guessed; where none are found, fewer will do.</summary>
    /// <value>At least 1. The default is 2.</value>
    [Range(1, int.MaxValue)]
    public int? MaxMatchingNgramSize { get; init; }
}
