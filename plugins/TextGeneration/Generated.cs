using System.Text.Json.Serialization;
using Ptgp.Toolkit.Heads;

namespace Ptgp.TextGeneration;

/// <summary>What was written, behind the prompt where the full text is asked for; or how likely a continuation is, whose score is the sum of its tokens' log-probabilities.</summary>
public sealed record Generated : WrittenText
{
    /// <summary>Gets the conversation with the answer in it, where the full text is asked for.</summary>
    [JsonPropertyName("messages"), JsonPropertyOrder(-2), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Message>? Messages { get; init; }

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
