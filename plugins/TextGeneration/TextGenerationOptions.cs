using System.ComponentModel.DataAnnotations;

namespace Ptgp.TextGeneration;

/// <summary>What <c>tasks:&lt;name&gt;:options</c> may say of a text generation task.</summary>
public sealed record TextGenerationOptions
{
    /// <summary>Gets what is put before each prompt. A conversation has none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Gets whether an answer holds the prompt too, or the whole conversation.</summary>
    /// <value>Null, the default, is true where the backbone writes on from what it reads, and false where it has an encoder or keeps to a JSON schema or a regular expression.</value>
    public bool? ReturnFullText { get; init; }

    /// <summary>Gets what becomes of a prompt that leaves no room for what is to be written.</summary>
    /// <value>The default is <see cref="LongPrompt.Error"/>.</value>
    public LongPrompt HandleLongGeneration { get; init; }

    /// <summary>Gets how many tokens are looked at to score one: longer texts are scored window by window.</summary>
    /// <value>At least 2. The default is 1024, or what the backbone reads where that is less.</value>
    [Range(2, int.MaxValue)]
    public int Window { get; init; } = 1024;

    /// <summary>Gets by how many tokens the window goes on: the fewer, the more each token is scored by, and the longer it takes.</summary>
    /// <value>From 1 to below <see cref="Window"/>. Null, the default, is half the window.</value>
    [Range(1, int.MaxValue)]
    public int? Stride { get; init; }

    /// <summary>Gets what of a text file is one document.</summary>
    /// <value>The default is <see cref="DocumentKind.File"/>.</value>
    public DocumentKind Documents { get; init; }

    /// <summary>Gets whether prompts and instructions of a dataset become conversations, by the checkpoint's chat template.</summary>
    public bool AsChat { get; init; }

    /// <summary>Gets the field of a dataset that holds the prompt.</summary>
    /// <value>Null, the default, is <c>prompt</c>, or <c>instruction</c> with <c>input</c>.</value>
    public string? PromptField { get; init; }

    /// <summary>Gets the field of a dataset that holds what follows the prompt.</summary>
    /// <value>Null, the default, is <c>completion</c>, <c>response</c> or <c>output</c>.</value>
    public string? CompletionField { get; init; }
}

/// <summary>What becomes of a prompt that leaves no room for what is to be written.</summary>
public enum LongPrompt
{
    /// <summary>It is refused.</summary>
    Error,

    /// <summary>Its beginning is left out; the answer says how many tokens.</summary>
    Hole,
}

/// <summary>What of a text file is one document.</summary>
public enum DocumentKind
{
    /// <summary>All of it.</summary>
    File,

    /// <summary>What stands between empty lines.</summary>
    Paragraph,

    /// <summary>Each line that is not empty.</summary>
    Line,
}
