using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ptgp.Backbone.Tokenization.Patterns;

/// <summary>
/// Finds what a regular expression finds. .NET's see UTF-16 units where the reference sees characters; so in text with characters
/// beyond U+FFFF each of them is replaced by one of the same kind before the search.
/// </summary>
internal sealed class RegexPattern : TextPattern
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Regex regex;
    private readonly string place;

    private RegexPattern(Regex regex, string place)
    {
        this.regex = regex;
        this.place = place;
    }

    /// <summary>Makes the pattern of an expression, by hand where its form is one of the usual.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="place">Names the file and the part of it, for faults.</param>
    /// <exception cref="CheckpointException">The expression is not understood.</exception>
    public static TextPattern For(string expression, string place)
    {
        if (ByteLevelPattern.For(expression) is { } known)
        {
            return known;
        }

        if (expression.Length == 5 && expression.EndsWith("{2,}", StringComparison.Ordinal) && expression[0] is ' ' or '▁')
        {
            var wanted = new Rune(expression[0]);
            return new CharacterPattern(rune => rune == wanted, run: 2);
        }

        if (expression == @"\s+")
        {
            return new CharacterPattern(Rune.IsWhiteSpace, run: 1);
        }

        try
        {
            return new RegexPattern(new Regex(expression, RegexOptions.CultureInvariant, Limit), place);
        }
        catch (ArgumentException problem)
        {
            throw new CheckpointException($"{place}: the regular expression '{expression}' is not understood: {problem.Message}", problem);
        }
    }

    public override void Find(ReadOnlySpan<char> text, List<(int Start, int Length)> found)
    {
        var pairs = new List<int>();
        var searched = text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text : Shorten(text, pairs);
        try
        {
            foreach (var match in regex.EnumerateMatches(searched))
            {
                if (match.Length > 0)
                {
                    var start = Lengthen(pairs, match.Index);
                    found.Add((start, Lengthen(pairs, match.Index + match.Length) - start));
                }
            }
        }
        catch (RegexMatchTimeoutException problem)
        {
            throw new CheckpointException($"{place}: the regular expression '{regex}' takes longer than {Limit.TotalSeconds:0} s on a text. Use a tokenizer.json with a simpler one.", problem);
        }
    }

    /// <summary>Replaces characters beyond U+FFFF, and notes where they are in the shortened text.</summary>
    private static string Shorten(ReadOnlySpan<char> text, List<int> pairs)
    {
        var shortened = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp)
            {
                shortened.Append((char)rune.Value);
                continue;
            }

            pairs.Add(shortened.Length);
            shortened.Append(Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter => 'Ǝ',
                UnicodeCategory.LowercaseLetter => 'ƹ',
                <= UnicodeCategory.OtherLetter => 'ƻ',
                UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => '\u0346',
                UnicodeCategory.DecimalDigitNumber => '٣',
                UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => 'Ⅳ',
                >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => '‽',
                _ => '☙',
            });
        }

        return shortened.ToString();
    }

    private static int Lengthen(List<int> pairs, int index)
    {
        var at = pairs.BinarySearch(index);
        return index + (at < 0 ? ~at : at);
    }
}
