namespace Ptgp.Backbone.Tokenization.PreTokenizers;

/// <summary>Splits normalized text into words, which no token crosses; some rewrite the text too. Holds no state between texts.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Splits what is there into smaller words.</summary>
    public abstract Words Apply(Words words);
}

/// <summary>A text and the words found in it so far; what lies between words is dropped.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ranges">Where each word starts in it and how many units it has; none is empty.</param>
internal sealed record Words(AlignedText Text, IReadOnlyList<(int Start, int Length)> Ranges)
{
    /// <summary>Takes a text as one word.</summary>
    public static Words From(AlignedText text) => new(text, text.Length == 0 ? [] : [(0, text.Length)]);
}
