using System.ComponentModel.DataAnnotations;

namespace Ptgp;

/// <content>How text is drawn.</content>
public sealed partial record GenerationOptions
{
    /// <summary>Gets whether each token is drawn by its probability; otherwise the likeliest are written.</summary>
    /// <value>The default is false.</value>
    public bool? DoSample { get; init; }

    /// <summary>Gets what scores are divided by before a token is drawn: below 1 favours likely tokens, above 1 evens them out, and 0 writes the likeliest as if nothing were drawn. Counts only where <see cref="DoSample"/> is true, as do all options of drawing.</summary>
    /// <value>At least 0. The default is 1.</value>
    [Range(0.0, double.MaxValue)]
    public double? Temperature { get; init; }

    /// <summary>Gets how many of the likeliest tokens one is drawn from; 0 is all.</summary>
    /// <value>The default is 50.</value>
    [Range(0, int.MaxValue)]
    public int? TopK { get; init; }

    /// <summary>Gets the probability that the likeliest tokens must have together; one is drawn from the fewest that do (Holtzman et al. 2020).</summary>
    /// <value>From 0 to 1. The default is 1, which is all.</value>
    [Range(0.0, 1.0)]
    public double? TopP { get; init; }

    /// <summary>Gets the share of the likeliest token's probability that a token must have to be drawn (Nguyen et al. 2024).</summary>
    /// <value>From 0 to 1. The default is 0, which is all.</value>
    [Range(0.0, 1.0)]
    public double? MinP { get; init; }

    /// <summary>Gets the probability that the most typical tokens, those about as surprising as is to be expected, must have together; one is drawn from the fewest that do (Meister et al. 2023).</summary>
    /// <value>From 0 to 1. The default is 1, which is all.</value>
    [Range(0.0, 1.0)]
    public double? TypicalP { get; init; }

    /// <summary>Gets the probability that a token must have to be drawn (Hewitt et al. 2022).</summary>
    /// <value>From 0 to 1. The default is 0, which is all.</value>
    [Range(0.0, 1.0)]
    public double? EpsilonCutoff { get; init; }

    /// <summary>Gets the probability that a token must have to be drawn, lowered where many tokens are about as likely (Hewitt et al. 2022).</summary>
    /// <value>From 0 to 1. The default is 0, which is all.</value>
    [Range(0.0, 1.0)]
    public double? EtaCutoff { get; init; }

    /// <summary>Gets what the draws come from: the same seed, input and options give the same text, whatever else is written at the time.</summary>
    /// <value>The default is another one for each request.</value>
    public long? Seed { get; init; }
}
