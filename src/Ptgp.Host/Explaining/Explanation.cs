using System.Text.Json.Nodes;

namespace Ptgp.Host.Explaining;

/// <summary>How a task came to its answer to one input.</summary>
internal sealed record Explanation
{
    /// <summary>Gets the name under which the configuration holds the task.</summary>
    public required string Task { get; init; }

    /// <summary>Gets the name of its plugin.</summary>
    public required string Plugin { get; init; }

    /// <summary>Gets its backbone.</summary>
    public required BackboneDescription Backbone { get; init; }

    /// <summary>Gets the input.</summary>
    public required JsonNode Input { get; init; }

    /// <summary>Gets the answer.</summary>
    public required JsonNode Answer { get; init; }

    /// <summary>Gets the answer as a line of text.</summary>
    public required string Text { get; init; }

    /// <summary>Gets what the head asked the backbone for, one after another: sequences to write, parts to predict.</summary>
    public required IReadOnlyList<ExplainedPass> Passes { get; init; }

    /// <summary>Gets which of the passes is shown first.</summary>
    public int Opening => OpeningPass.Of(Passes, Text);

    /// <summary>Gets what works but should be known, such as what was left out.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Gets how many numbers of attention it shows.</summary>
    public int AttentionNumbers => Passes.Sum(pass => pass.Attention.Sum(group => group.Numbers));
}

/// <summary>One thing that a head asked of its backbone.</summary>
internal sealed record ExplainedPass
{
    /// <summary>Gets whether a text was written, and not a part predicted.</summary>
    public required bool IsWritten { get; init; }

    /// <summary>Gets what was read.</summary>
    public required IReadOnlyList<SourcePlace> Source { get; init; }

    /// <summary>Gets what was written, prefix and end included; empty where a part was predicted, or probabilities are not asked for.</summary>
    public IReadOnlyList<WrittenPlace> Written { get; init; } = [];

    /// <summary>Gets the text that was written; null where a part was predicted.</summary>
    public string? Text { get; init; }

    /// <summary>Gets the score of what was written, after all rules; null where a part was predicted.</summary>
    public double? Score { get; init; }

    /// <summary>Gets how the layers looked.</summary>
    public IReadOnlyList<AttentionGroup> Attention { get; init; } = [];

    /// <summary>Gets what each place of the source did for the score.</summary>
    public IReadOnlyList<Attributed> Attributions { get; init; } = [];
}

/// <summary>A place of what was read.</summary>
/// <param name="Text">The text that it stands for, or what it is.</param>
internal sealed record SourcePlace(string Text)
{
    /// <summary>Gets the token; null where frames were read.</summary>
    public int? Id { get; init; }

    /// <summary>Gets the vocabulary's entry of the token.</summary>
    public string? Entry { get; init; }

    /// <summary>Gets whether it is a special token, which stands for no text.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Gets the field of the input whose text it comes from; empty where the input is a text, null where it comes from none.</summary>
    public string? Field { get; init; }

    /// <summary>Gets where its text starts there, in UTF-16 code units.</summary>
    public int Start { get; init; }

    /// <summary>Gets how many code units it covers there.</summary>
    public int Length { get; init; }
}

/// <summary>A place of what was written.</summary>
internal sealed record WrittenPlace
{
    /// <summary>Gets the token.</summary>
    public required TokenName Token { get; init; }

    /// <summary>Gets where its text starts in what was written, in UTF-16 code units.</summary>
    public required int Start { get; init; }

    /// <summary>Gets whether it was given and not chosen.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>Gets its log-probability by the backbone alone, before any rule.</summary>
    public required double LogProbability { get; init; }

    /// <summary>Gets its log-probability after the rules, which the score adds up; null where it was given.</summary>
    public double? Chosen { get; init; }

    /// <summary>Gets its place among all tokens by likelihood, from 1.</summary>
    public required int Rank { get; init; }

    /// <summary>Gets the likeliest tokens of the place, best first.</summary>
    public required IReadOnlyList<(TokenName Token, double LogProbability)> Alternatives { get; init; }
}

/// <summary>A token, as it is shown.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Entry">The vocabulary's entry.</param>
/// <param name="Text">Its text; that of a special token is its entry.</param>
/// <param name="IsSpecial">Whether it is a special token.</param>
internal sealed record TokenName(int Id, string Entry, string Text, bool IsSpecial);

/// <summary>How the layers of one kind of attention looked.</summary>
/// <param name="Of">What looked at what.</param>
/// <param name="Rows">What looked.</param>
/// <param name="Columns">What was looked at.</param>
/// <param name="Layers">The layers that are shown.</param>
internal sealed record AttentionGroup(AttentionKind Of, IReadOnlyList<string> Rows, IReadOnlyList<string> Columns, IReadOnlyList<Ptgp.Backbone.Explaining.AttentionMap> Layers)
{
    public int Numbers => Layers.Sum(layer => layer.Values.Count);
}

/// <summary>What looked at what.</summary>
internal enum AttentionKind
{
    /// <summary>What is read at itself.</summary>
    Encoder,

    /// <summary>What is written at itself; where there is no encoder, what is read too.</summary>
    Decoder,

    /// <summary>What is written at what is read: how they align.</summary>
    Cross,
}

/// <summary>An attribution, and what it is of.</summary>
/// <param name="Method">How it was computed.</param>
/// <param name="Place">The written place whose log-probability it shares out; null for the whole: their sum, or the head's score.</param>
/// <param name="Attribution">What each place of the source did.</param>
internal sealed record Attributed(ExplanationMethods Method, int? Place, Ptgp.Backbone.Explaining.InputAttribution Attribution);
