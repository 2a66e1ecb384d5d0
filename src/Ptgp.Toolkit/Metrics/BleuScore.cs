namespace Ptgp.Toolkit.Metrics;

/// <summary>A BLEU score and what it is made of. Its text is the line that sacreBLEU prints.</summary>
public sealed record BleuScore
{
    /// <summary>Gets the score, from 0 to 100.</summary>
    public required double Score { get; init; }

    /// <summary>Gets how many n-grams were found in a reference, from unigrams on; smoothing by addition included.</summary>
    public required IReadOnlyList<double> Counts { get; init; }

    /// <summary>Gets how many n-grams were written, from unigrams on; smoothing by addition included.</summary>
    public required IReadOnlyList<double> Totals { get; init; }

    /// <summary>Gets the precisions in per cent, from unigrams on.</summary>
    public required IReadOnlyList<double> Precisions { get; init; }

    /// <summary>Gets the factor that punishes what is shorter than its reference.</summary>
    public required double BrevityPenalty { get; init; }

    /// <summary>Gets how many words were written.</summary>
    public required long Length { get; init; }

    /// <summary>Gets how many words the references have, those closest in length.</summary>
    public required long ReferenceLength { get; init; }

    /// <summary>Gets what was counted and how, as sacreBLEU writes it.</summary>
    public string Signature { get; init; } = "";

    /// <inheritdoc />
    public override string ToString()
    {
        var ratio = ReferenceLength > 0 ? (double)Length / ReferenceLength : 0;
        var precisions = string.Join('/', Precisions.Select(precision => ReferenceText.Print(precision, 1)));
        return $"BLEU = {ReferenceText.Print(Score, 2)} {precisions} (BP = {ReferenceText.Print(BrevityPenalty, 3)} ratio = {ReferenceText.Print(ratio, 3)} hyp_len = {Length} ref_len = {ReferenceLength})";
    }
}
