using System.Text.Json.Serialization;

namespace Ptgp;

/// <summary>A message of a conversation.</summary>
/// <param name="Role">Who speaks, in the words of the checkpoint's chat template: mostly <c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</param>
/// <param name="Content">What is said.</param>
public sealed record Message([property: JsonPropertyName("role")] string Role, [property: JsonPropertyName("content")] string Content);

/// <summary>How a conversation is encoded.</summary>
public sealed record ChatEncodingOptions
{
    /// <summary>Gets whether the beginning of an answer is added behind the last message.</summary>
    /// <value>The default is true. It is left off for a conversation whose answers are there, as in training.</value>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Gets whether the last message is left open, so that its text is gone on with. It goes without a generation prompt.</summary>
    public bool ContinueFinalMessage { get; init; }
}
