using System.ComponentModel.DataAnnotations;

namespace Ptgp;

/// <content>Which tokens and texts may be written, must be, or end a sequence, and what becomes of their scores.</content>
public sealed partial record GenerationOptions
{
    /// <summary>Gets what is added to the score of a token where it would complete one of these sequences of token ids.</summary>
    public IReadOnlyList<SequenceBias>? SequenceBias { get; init; }

    /// <summary>Gets texts that end a sequence as soon as they are written. The text ends before them; the ids hold the tokens they came with.</summary>
    public IReadOnlyList<string>? StopStrings { get; init; }

    /// <summary>Gets after how many seconds of writing a sequence ends with its next token. Waiting and reading do not count.</summary>
    /// <value>Above 0. The default is no limit.</value>
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true)]
    public double? MaxTime { get; init; }

    /// <summary>Gets sequences of token ids that may not be written.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? BadWordsIds { get; init; }

    /// <summary>Gets token ids that may not be written.</summary>
    public IReadOnlyList<int>? SuppressTokens { get; init; }

    /// <summary>Gets token ids that may not be written first.</summary>
    public IReadOnlyList<int>? BeginSuppressTokens { get; init; }

    /// <summary>Gets the token id that stands before everything that is written, and is no part of it.</summary>
    /// <value>The default is what the checkpoint was trained with.</value>
    public int? DecoderStartTokenId { get; init; }

    /// <summary>Gets the token id that is written first, such as the target language's.</summary>
    public int? ForcedBosTokenId { get; init; }

    /// <summary>Gets the token id that is written last when the length runs out.</summary>
    public int? ForcedEosTokenId { get; init; }

    /// <summary>Gets the token ids that end a sequence.</summary>
    /// <value>The default is the tokenizer's end.</value>
    public IReadOnlyList<int>? EosTokenId { get; init; }

    /// <summary>Gets after how many new tokens the end grows likelier, and by which factor a token.</summary>
    public ExponentialDecay? ExponentialDecayLengthPenalty { get; init; }

    /// <summary>Gets whether scores are normalized again after the rules have changed them.</summary>
    /// <value>The default is false.</value>
    public bool? RenormalizeLogits { get; init; }
}
