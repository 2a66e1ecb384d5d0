using System.Text.Json.Serialization;

namespace Ptgp.SpeechToText;

/// <summary>A sound file, or a stretch of it, to be written down.</summary>
public sealed record Recording
{
    /// <summary>Gets the path of the file.</summary>
    [JsonPropertyName("audio")]
    public required string Audio { get; init; }

    /// <summary>Gets where the stretch begins, in seconds; null for the start of the file.</summary>
    [JsonPropertyName("start"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Start { get; init; }

    /// <summary>Gets where the stretch ends, in seconds; null for the end of the file.</summary>
    [JsonPropertyName("end"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? End { get; init; }

    /// <summary>Gets what was said before it, which the first window is told; null for the task's own, or nothing.</summary>
    [JsonPropertyName("prompt"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Prompt { get; init; }

    /// <summary>Gets the language that is spoken; null for the task's, or to have it detected.</summary>
    [JsonPropertyName("language"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Language { get; init; }

    /// <summary>Gets what a dataset knows beside; null where nothing is to be learned from it.</summary>
    internal Known? Known { get; init; }
}
