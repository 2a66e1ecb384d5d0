namespace Ptgp.Toolkit.Metrics;

/// <summary>A rate of <see cref="SpeechErrors"/> over a corpus, from summed counts; 0.05 for five errors in a hundred words. Of several references the one with the fewest errors counts.</summary>
/// <param name="name">Its name in reports, such as <c>wer</c>.</param>
/// <param name="count">Counts the errors of a text: its reference first, then what was heard.</param>
/// <param name="rate">The rate of summed counts.</param>
public sealed class ErrorRate(string name, Func<string, string, ErrorCounts> count, Func<ErrorCounts, double> rate) : ICorpusMetric
{
    /// <summary>Makes the word error rate.</summary>
    public static ErrorRate OfWords() => new("wer", SpeechErrors.OfWords, counts => counts.ErrorRate);

    /// <summary>Makes the character error rate.</summary>
    public static ErrorRate OfCharacters() => new("cer", SpeechErrors.OfCharacters, counts => counts.ErrorRate);

    /// <summary>Makes the match error rate of words.</summary>
    public static ErrorRate OfMatches() => new("mer", SpeechErrors.OfWords, counts => counts.MatchErrorRate);

    /// <summary>Makes the share of information lost, by words.</summary>
    public static ErrorRate OfInformation() => new("wil", SpeechErrors.OfWords, counts => counts.InformationLost);

    /// <inheritdoc />
    public string Name => name;

    /// <inheritdoc />
    public bool LowerIsBetter => true;

    /// <inheritdoc />
    /// <remarks>The counts are those of <see cref="ErrorCounts"/>.</remarks>
    public double[] Count(string hypothesis, IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        var fewest = references.Select(reference => count(reference, hypothesis)).MinBy(errors => errors.ErrorRate);
        return [fewest.Hits, fewest.Substitutions, fewest.Deletions, fewest.Insertions];
    }

    /// <inheritdoc />
    public double Score(ReadOnlySpan<double> counts) => rate(Counts(counts));

    /// <inheritdoc />
    public string Signature(int? references) => $"nrefs:{references?.ToString() ?? "var"}|version:jiwer-4.0.0";

    /// <summary>Reads summed counts.</summary>
    public static ErrorCounts Counts(ReadOnlySpan<double> counts) => new((long)counts[0], (long)counts[1], (long)counts[2], (long)counts[3]);
}
