namespace Ptgp.Backbone.Explaining;

/// <summary>A token that was written, beside what else might have been.</summary>
public sealed record TokenChoice
{
    /// <summary>Gets the token.</summary>
    public required int Id { get; init; }

    /// <summary>Gets its log-probability, before any rule.</summary>
    public required double LogProbability { get; init; }

    /// <summary>Gets its place among all tokens by likelihood: 1 for the likeliest.</summary>
    public required int Rank { get; init; }

    /// <summary>Gets the likeliest tokens of its place, best first.</summary>
    public required IReadOnlyList<RatedToken> Best { get; init; }
}

/// <summary>A token and its log-probability.</summary>
public readonly record struct RatedToken(int Id, double LogProbability);
