namespace Ptgp.SpeechToText;

/// <summary>Where a dataset has what is needed, where it is not called as usual.</summary>
internal sealed record DatasetFields
{
    /// <summary>Gets the field or column that names the sound file.</summary>
    public string? Audio { get; init; }

    /// <summary>Gets the field or column of what is said.</summary>
    public string? Text { get; init; }

    /// <summary>Gets a regular expression whose group <c>text</c>, or first group, is what is said in a file of a folder, found in its name.</summary>
    public string? FileName { get; init; }

    /// <summary>Gets what that stands for, such as <c>seven</c> for <c>7</c>.</summary>
    public IReadOnlyDictionary<string, string> Words { get; init; } = new Dictionary<string, string>();
}
