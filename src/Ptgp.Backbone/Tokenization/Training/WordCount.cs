namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>A word of the texts.</summary>
/// <param name="Text">The word, normalized, with the "▁" before it.</param>
/// <param name="Count">How often it stands there.</param>
/// <param name="AtEnd">How often of these it is the last of its text.</param>
internal readonly record struct WordCount(string Text, long Count, long AtEnd);
