namespace Ptgp.Toolkit.Subtitles;

/// <summary>How words are laid out in subtitles. They all need transcripts whose words have times.</summary>
public sealed record SubtitleOptions
{
    /// <summary>Gets how many characters a line may have; null for as many as there are.</summary>
    public int? MaxLineWidth { get; init; }

    /// <summary>Gets how many lines are shown at a time; null for one piece of the transcript at a time. It needs a width.</summary>
    public int? MaxLineCount { get; init; }

    /// <summary>Gets how many words a line may have; null for as many as fit.</summary>
    public int? MaxWordsPerLine { get; init; }

    /// <summary>Gets whether each word is underlined while it is said.</summary>
    public bool HighlightWords { get; init; }
}
