namespace Ptgp.Backbone.Explaining;

/// <summary>How much each place of what was read did for a score.</summary>
public sealed record InputAttribution
{
    /// <summary>Gets the share of each place, summed over its width: row by row, <c>rows · length</c> in all.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>Gets the score.</summary>
    public required double Score { get; init; }

    /// <summary>Gets the score of the baseline; null where a method has none.</summary>
    public double? BaselineScore { get; init; }

    /// <summary>Gets by how much the values miss what they should add up to, the score less the baseline's; null where a method has no baseline.</summary>
    public double? CompletenessError { get; init; }

    /// <summary>Adds up attributions of several scores to that of their sum.</summary>
    public static InputAttribution Sum(IReadOnlyList<InputAttribution> each)
    {
        ArgumentNullException.ThrowIfNull(each);
        return new()
        {
            Values = [.. Enumerable.Range(0, each[0].Values.Count).Select(place => each.Sum(one => one.Values[place]))],
            Score = each.Sum(one => one.Score),
            BaselineScore = each[0].BaselineScore is null ? null : each.Sum(one => one.BaselineScore),
            CompletenessError = each[0].CompletenessError is null ? null : each.Sum(one => one.CompletenessError),
        };
    }
}
