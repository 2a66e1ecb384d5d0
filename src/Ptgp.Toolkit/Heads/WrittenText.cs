using System.Text.Json.Serialization;

namespace Ptgp.Toolkit.Heads;

/// <summary>What an answer says of the text that the backbone wrote, under the names that all tasks that write have for it. In JSON it comes first; what has the order -2 stands between hypotheses and <c>unfinished</c>.</summary>
public abstract record WrittenText
{
    /// <summary>Gets the text.</summary>
    [JsonPropertyName("text"), JsonPropertyOrder(-5)]
    public required string Text { get; init; }

    /// <summary>Gets its score, as <see cref="Hypothesis.Score"/>, if it was written.</summary>
    [JsonPropertyName("score"), JsonPropertyOrder(-4), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Score { get; init; }

    /// <summary>Gets all texts, best first, when several were asked for.</summary>
    [JsonPropertyName("hypotheses"), JsonPropertyOrder(-3), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ScoredText>? Hypotheses { get; init; }

    /// <summary>Gets whether the text stops short because its length ran out, if it does.</summary>
    [JsonPropertyName("unfinished"), JsonPropertyOrder(-1), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Unfinished { get; init; }
}
