using System.Text.Json.Nodes;

namespace Ptgp.Backbone.Tokenization;

/// <summary>How a conversation becomes a prompt.</summary>
public sealed record ChatOptions
{
    /// <summary>Gets whether the beginning of an answer is added behind the last message.</summary>
    /// <value>The default is true.</value>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>Gets whether the last message is left open, so that its text is gone on with. It goes without a generation prompt.</summary>
    public bool ContinueFinalMessage { get; init; }

    /// <summary>
    /// Gets whether markers of special tokens inside a message, such as <c>&lt;|im_end|&gt;</c>, become those tokens. With them whoever
    /// writes a message can write in another's name; so by default they stay the text they are.
    /// </summary>
    public bool ParseSpecialTokens { get; init; }

    /// <summary>Gets the name of one of several templates; null for the default one.</summary>
    public string? Template { get; init; }

    /// <summary>Gets the tools that the template may describe, as JSON Schema functions; null for none.</summary>
    public JsonArray? Tools { get; init; }

    /// <summary>Gets further variables of the template, such as <c>date_string</c>.</summary>
    public IReadOnlyDictionary<string, JsonNode?> Variables { get; init; } = new Dictionary<string, JsonNode?>();
}
