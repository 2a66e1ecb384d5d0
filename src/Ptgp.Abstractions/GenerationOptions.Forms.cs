namespace Ptgp;

/// <content>What form text has.</content>
public sealed partial record GenerationOptions
{
    /// <summary>Gets the JSON Schema that what is written keeps to, as JSON text: the answer always parses and holds to it, unless its length ends it.</summary>
    /// <value>The default is any text. Not beside <see cref="Regex"/>.</value>
    public string? JsonSchema { get; init; }

    /// <summary>Gets the regular expression that all of what is written matches, unless its length ends it. A vocabulary of SentencePiece may put a blank before it.</summary>
    /// <value>The default is any text.</value>
    public string? Regex { get; init; }
}
