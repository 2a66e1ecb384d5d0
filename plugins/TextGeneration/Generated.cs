using System.Text.Json.Serialization;
using Ptgp.Toolkit.Heads;

namespace Ptgp.TextGeneration;

/// <summary>What was written, or how likely a continuation is.</summary>
public sealed record Generated
{
    /// <summary>Gets the text: what was written, behind the prompt where the full text is asked for; or the continuation that was scored.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets its score, as <see cref="Hypothesis.Score"/>; of a continuation the sum of its tokens' log-probabilities.</summary>
    [JsonPropertyName("score"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Score { get; init; }

    /// <summary>Gets all texts, best first, when several were asked for.</summary>
    [JsonPropertyName("hypotheses"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ScoredText>? Hypotheses { get; init; }

    /// <summary>Gets the conversation with the answer in it, where the full text is asked for.</summary>
    [JsonPropertyName("messages"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Message>? Messages { get; init; }

    /// <summary>Gets whether the text stops short because its length ran out, if it does.</summary>
    [JsonPropertyName("unfinished"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Unfinished { get; init; }

    /// <summary>Gets how many tokens of the prompt were left out, if any were.</summary>
    [JsonPropertyName("truncated"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Truncated { get; init; }

    /// <summary>Gets how many tokens of a continuation were scored.</summary>
    [JsonPropertyName("tokens"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Tokens { get; init; }

    /// <summary>Gets the perplexity of a continuation: among how many tokens the backbone as good as guessed.</summary>
    [JsonPropertyName("perplexity"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Perplexity { get; init; }
}
