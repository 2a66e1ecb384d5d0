using System.Text.Json.Serialization;
using Ptgp.Toolkit.Alignment;

namespace Ptgp.Toolkit.Heads;

/// <summary>One of several texts that were written, and its score.</summary>
/// <param name="Text">The text.</param>
/// <param name="Score">Its score, as <see cref="Hypothesis.Score"/>.</param>
public sealed record ScoredText([property: JsonPropertyName("text")] string Text, [property: JsonPropertyName("score")] double Score)
{
    /// <summary>Gets which word became which, where that was asked for: places of the whole source, and of this text.</summary>
    [JsonPropertyName("alignments"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AlignedWords>? Alignments { get; init; }

    /// <summary>Gets all hypotheses, best first, where there are several; null where there is one.</summary>
    public static IReadOnlyList<ScoredText>? AllOf(Written written)
    {
        ArgumentNullException.ThrowIfNull(written);
        return written.Hypotheses.Count > 1 ? [.. written.Hypotheses.Select(hypothesis => new ScoredText(hypothesis.Text, hypothesis.Score))] : null;
    }
}
