namespace Ptgp.Backbone.Generation;

/// <summary>What is to be written for one source.</summary>
internal sealed record WritingJob
{
    public required ResolvedOptions Options { get; init; }

    /// <summary>Gets the tokens that were read; empty when frames were.</summary>
    public IReadOnlyList<int> Source { get; init; } = [];

    /// <summary>Gets what follows the start token whatever the scores say.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    public IReadOnlyList<LogitsRule> Rules { get; init; } = [];

    /// <summary>Gets the ids whose probabilities are wanted.</summary>
    public IReadOnlyList<int> ProbabilitiesOf { get; init; } = [];

    /// <summary>Gets after how many tokens of the prefix they are taken; null for all of it.</summary>
    public int? ProbabilitiesAfter { get; init; }

    /// <summary>Gets the texts that end what is written; null for none.</summary>
    public StopText? Stops { get; init; }

    /// <summary>Gets the clock that the time budget is measured with.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public CancellationToken Cancellation { get; init; }

    /// <summary>Gets what is told, after each step, the new tokens that every hypothesis agrees on: those that can no longer change.</summary>
    public Action<IReadOnlyList<int>>? OnCertain { get; init; }
}

/// <summary>A sequence as it was written.</summary>
/// <param name="Tokens">Its tokens, start token, prefix and end included.</param>
/// <param name="LogProbabilities">The log-probability of each token after start token and prefix.</param>
/// <param name="Score">The sum of log-probabilities, or in beam search its share by length.</param>
/// <param name="Finish">Why it ended.</param>
internal sealed record RawHypothesis(int[] Tokens, float[] LogProbabilities, float Score, FinishReason Finish);
