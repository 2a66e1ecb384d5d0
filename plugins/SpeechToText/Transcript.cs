using System.Text.Json.Serialization;
using Ptgp.Toolkit.Speech;

namespace Ptgp.SpeechToText;

/// <summary>What is said in a recording.</summary>
public sealed record Transcript
{
    /// <summary>Gets all of it.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets its pieces with their times, in order; of an example null when no times are known.</summary>
    [JsonPropertyName("segments"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Segment>? Segments { get; init; }

    /// <summary>Gets it in the form that <c>outputFormat</c> asks for, such as subtitles.</summary>
    [JsonPropertyName("formatted"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Formatted { get; init; }

    /// <summary>Gets what was wrong with the sound although it could be heard, such as that its end is missing; null for nothing.</summary>
    [JsonPropertyName("warnings"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>Gets the language that is spoken, as a code such as <c>en</c>.</summary>
    [JsonPropertyName("language"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Language { get; init; }
}
