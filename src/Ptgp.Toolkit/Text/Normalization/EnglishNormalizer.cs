using System.Text.Json;
using System.Text.RegularExpressions;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Toolkit.Text.Normalization;

/// <summary>Whisper's normalizer for English: fillers left out, contractions and titles written out, numbers as digits, American spelling.</summary>
/// <param name="spellings">American spellings by British ones: a checkpoint's <c>normalizer.json</c>.</param>
public sealed partial class EnglishNormalizer(IReadOnlyDictionary<string, string> spellings) : ITextNormalizer
{
    // One after the other: what comes first may make room for what comes later.
    private static readonly (Regex Pattern, string Replacement)[] contractions =
    [
        .. Words(("won't", "will not"), ("can't", "can not"), ("let's", "let us"), ("ain't", "aint"), ("y'all", "you all"), ("wanna", "want to"), ("gotta", "got to"), ("gonna", "going to"),
            ("i'ma", "i am going to"), ("imma", "i am going to"), ("woulda", "would have"), ("coulda", "could have"), ("shoulda", "should have"), ("ma'am", "madam"), ("mr", "mister "),
            ("mrs", "missus "), ("st", "saint "), ("dr", "doctor "), ("prof", "professor "), ("capt", "captain "), ("gov", "governor "), ("ald", "alderman "), ("gen", "general "),
            ("sen", "senator "), ("rep", "representative "), ("pres", "president "), ("rev", "reverend "), ("hon", "honorable "), ("asst", "assistant "), ("assoc", "associate "),
            ("lt", "lieutenant "), ("col", "colonel "), ("jr", "junior "), ("sr", "senior "), ("esq", "esquire ")),
        .. Endings(("'d been", " had been"), ("'s been", " has been"), ("'d gone", " had gone"), ("'s gone", " has gone"), ("'d done", " had done"), ("'s got", " has got"), ("n't", " not"),
            ("'re", " are"), ("'s", " is"), ("'d", " would"), ("'ll", " will"), ("'t", " not"), ("'ve", " have"), ("'m", " am")),
    ];

    /// <summary>Reads a checkpoint's spellings.</summary>
    /// <exception cref="InvalidDataException">The file is no object of texts.</exception>
    public static EnglishNormalizer Load(string path)
    {
        try
        {
            return new(JsonSerializer.Deserialize<Dictionary<string, string>>(Utf8Text.ReadBytes(path).Span) ?? []);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: spellings must be one JSON object of texts, but are not.", fault);
        }
    }

    /// <inheritdoc />
    public string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = Fillers().Replace(TextRules.WithoutRemarks(TextRules.Lower(text)), "");
        text = SpaceBeforeApostrophe().Replace(text, "'");
        foreach (var (pattern, replacement) in contractions)
        {
            text = pattern.Replace(text, replacement);
        }

        text = Point().Replace(CommaInNumber().Replace(text, "$1$2"), " $1");
        text = SpokenNumbers.ToDigits(TextRules.WithoutSymbolsAndAccents(text, ".%$¢€£"));
        text = string.Join(' ', SpokenNumbers.Split(text).Select(word => spellings.GetValueOrDefault(word, word)));
        text = StraySign().Replace(text, " $1");
        return TextRules.SingleSpaced(StrayPercent().Replace(text, "$1 "));
    }

    private static IEnumerable<(Regex, string)> Words(params (string Word, string Replacement)[] pairs) => pairs.Select(pair => (new Regex($@"\b{pair.Word}\b"), pair.Replacement));

    private static IEnumerable<(Regex, string)> Endings(params (string Ending, string Replacement)[] pairs) => pairs.Select(pair => (new Regex($@"{pair.Ending}\b"), pair.Replacement));

    [GeneratedRegex(@"\b(hmm|mm|mhm|mmm|uh|um)\b")]
    private static partial Regex Fillers();

    [GeneratedRegex(@"\s+'")]
    private static partial Regex SpaceBeforeApostrophe();

    [GeneratedRegex(@"(\d),(\d)")]
    private static partial Regex CommaInNumber();

    [GeneratedRegex(@"\.([^0-9]|$)")]
    private static partial Regex Point();

    [GeneratedRegex(@"[.$¢€£]([^0-9])")]
    private static partial Regex StraySign();

    [GeneratedRegex(@"([^0-9])%")]
    private static partial Regex StrayPercent();
}
