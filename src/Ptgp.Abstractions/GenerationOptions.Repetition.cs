using System.ComponentModel.DataAnnotations;

namespace Ptgp;

/// <content>What keeps text from repeating itself and its input, or makes it.</content>
public sealed partial record GenerationOptions
{
    /// <summary>Gets the size of n-grams that may not occur twice; 0 allows all.</summary>
    /// <value>The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int? NoRepeatNgramSize { get; init; }

    /// <summary>Gets the size of n-grams of the input that may not be written; 0 allows all.</summary>
    /// <value>The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int? EncoderNoRepeatNgramSize { get; init; }

    /// <summary>Gets the factor by which scores of tokens already written are worsened (Keskar et al. 2019, section 4.1).</summary>
    /// <value>Above 0. The default is 1, which changes nothing.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? RepetitionPenalty { get; init; }

    /// <summary>Gets the factor by which scores of tokens that the input lacks are worsened.</summary>
    /// <value>Above 0. The default is 1, which changes nothing.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? EncoderRepetitionPenalty { get; init; }
}
