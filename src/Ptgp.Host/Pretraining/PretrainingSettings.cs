namespace Ptgp.Host.Pretraining;

/// <summary>What makes a document of the lines of a text file.</summary>
internal enum DocumentUnit
{
    /// <summary>Each line.</summary>
    Line,

    /// <summary>The lines between two blank ones.</summary>
    Paragraph,

    /// <summary>All lines of a file.</summary>
    File,
}

/// <summary>What is learned from text, beside the recipe; stored beside it.</summary>
internal sealed record PretrainingSettings
{
    /// <summary>Gets the objectives by name, and how much each counts.</summary>
    public required IReadOnlyDictionary<string, double> Objectives { get; init; }

    /// <summary>Gets how many tokens a block has at most as it is read, those around a text included.</summary>
    /// <value>At least 8. The default is 128.</value>
    public int Block { get; init; } = 128;

    /// <summary>Gets which share of tokens or words is hidden.</summary>
    /// <value>Between 0 and 1. Null, the default, is what the objective's paper has: 0.3 of the words for <c>denoise</c>, else 0.15.</value>
    public double? Density { get; init; }

    /// <summary>Gets how many tokens a span has on average, in <c>span</c>.</summary>
    /// <value>At least 1. The default is 3.</value>
    public double MeanSpan { get; init; } = 3;

    /// <summary>Gets what a document is.</summary>
    /// <value>The default is a line.</value>
    public DocumentUnit Documents { get; init; }

    /// <summary>Gets whether documents are joined until a block is full; otherwise each begins a block of its own.</summary>
    /// <value>The default is true.</value>
    public bool IsPacked { get; init; } = true;
}
