using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>Says in which pieces a text is translated.</summary>
internal static class Pieces
{
    // No token covers as many characters, so a longer piece need not be encoded to see that it is too long.
    private const int CharactersOfAToken = 64;

    /// <summary>Finds the pieces: the lines, if they are to stay, and of each the sentences, if it is too long or they are asked for one by one.</summary>
    /// <param name="text">The text, which is not empty.</param>
    /// <param name="language">Its language; null when it is not known.</param>
    /// <param name="options">The task's options.</param>
    /// <param name="lengthOf">Counts the tokens of a piece.</param>
    /// <param name="most">How many are read.</param>
    /// <returns>Where the pieces stand, in order; what stands between them is white space alone. A text of one piece is a piece as it is.</returns>
    /// <exception cref="FormatException">One is too long, and the options say that it is refused.</exception>
    public static IReadOnlyList<Range> Of(string text, string? language, TranslationOptions options, Func<string, int> lengthOf, int most)
    {
        var pieces = new List<Range>();
        foreach (var line in options.KeepLines ? LongText.Lines(text) : [0..text.Length])
        {
            var start = line.Start.Value;
            pieces.AddRange(OfLine(text[line], language, options, lengthOf, most).Select(piece => (start + piece.Start.Value)..(start + piece.End.Value)));
        }

        return pieces.Count == 1 ? [0..text.Length] : pieces;
    }

    private static IReadOnlyList<Range> OfLine(string line, string? language, TranslationOptions options, Func<string, int> lengthOf, int most)
    {
        if (options.SplitSentences)
        {
            return [.. SentenceSplitter.Split(line, language).SelectMany(sentence => Fitting(line[sentence]).Select(piece => (sentence.Start.Value + piece.Start.Value)..(sentence.Start.Value + piece.End.Value)))];
        }

        return Fitting(line);

        IReadOnlyList<Range> Fitting(string piece) => options.Overlong switch
        {
            Overlong.Split when !Fits(piece) => LongText.Split(piece, Fits, language),
            Overlong.Error when lengthOf(piece) is var length && length > most => throw LongText.Refusal(length, most),
            _ => [0..piece.Length],
        };

        bool Fits(string piece) => piece.Length <= (long)most * CharactersOfAToken && lengthOf(piece) <= most;
    }
}
