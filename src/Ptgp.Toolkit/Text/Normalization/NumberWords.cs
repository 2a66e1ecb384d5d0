using System.Numerics;

namespace Ptgp.Toolkit.Text.Normalization;

/// <summary>The words that English numbers are said with.</summary>
internal static class NumberWords
{
    private static readonly string[] ones =
    [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    private static readonly string[] thousands =
        ["thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion", "octillion", "nonillion", "decillion"];

    public static readonly HashSet<string> Zeros = ["o", "oh", "zero"];

    public static readonly Dictionary<string, int> Ones = ones.Select((name, i) => (name, Value: i + 1)).ToDictionary(pair => pair.name, pair => pair.Value);

    public static readonly Dictionary<string, int> Tens = tens.Select((name, i) => (name, Value: 10 * (i + 2))).ToDictionary(pair => pair.name, pair => pair.Value);

    public static readonly Dictionary<string, BigInteger> Multipliers = thousands.Select((name, i) => (name, Value: BigInteger.Pow(1000, i + 1))).Prepend(("hundred", 100))
        .ToDictionary(pair => pair.Item1, pair => pair.Item2);

    /// <summary>Plurals and ordinals, which end a number: what they count, and how the digits end.</summary>
    public static readonly Dictionary<string, (int Value, string Ending)> OnesEnded = Ended(
    [
        ("zeroth", 0, "th"), ("first", 1, "st"), ("second", 2, "nd"), ("third", 3, "rd"), ("fifth", 5, "th"), ("twelfth", 12, "th"),
        .. Ones.Select(pair => (pair.Key == "six" ? "sixes" : pair.Key + "s", pair.Value, "s")),
        .. Ones.Where(pair => pair.Value is > 3 and not (5 or 12)).Select(pair => (pair.Key + (pair.Key.EndsWith('t') ? "h" : "th"), pair.Value, "th")),
    ]);

    public static readonly Dictionary<string, (int Value, string Ending)> TensEnded =
        Ended([.. Tens.Select(pair => (pair.Key[..^1] + "ies", pair.Value, "s")), .. Tens.Select(pair => (pair.Key[..^1] + "ieth", pair.Value, "th"))]);

    public static readonly Dictionary<string, (BigInteger Value, string Ending)> MultipliersEnded =
        Ended([.. Multipliers.Select(pair => (pair.Key + "s", pair.Value, "s")), .. Multipliers.Select(pair => (pair.Key + "th", pair.Value, "th"))]);

    public static readonly Dictionary<string, char> Signs = new() { ["minus"] = '-', ["negative"] = '-', ["plus"] = '+', ["positive"] = '+' };

    public static readonly Dictionary<string, char> Currencies = new()
    {
        ["pound"] = '£',
        ["pounds"] = '£',
        ["euro"] = '€',
        ["euros"] = '€',
        ["dollar"] = '$',
        ["dollars"] = '$',
        ["cent"] = '¢',
        ["cents"] = '¢',
    };

    public const string Percent = "percent", Per = "per", Cent = "cent", And = "and", Double = "double", Triple = "triple", Point = "point";

    /// <summary>Tells whether a word is of any of these kinds.</summary>
    public static bool Contains(string? word) => word is not null && (
        Zeros.Contains(word) || Ones.ContainsKey(word) || OnesEnded.ContainsKey(word) || Tens.ContainsKey(word) || TensEnded.ContainsKey(word) || Multipliers.ContainsKey(word)
        || MultipliersEnded.ContainsKey(word) || Signs.ContainsKey(word) || Currencies.ContainsKey(word) || word is Percent or Per or And or Double or Triple or Point);

    /// <summary>Tells whether a word may stand behind a decimal point.</summary>
    public static bool IsDecimal(string? word) => word is not null && (Zeros.Contains(word) || Ones.ContainsKey(word) || Tens.ContainsKey(word));

    private static Dictionary<string, (T Value, string Ending)> Ended<T>(IEnumerable<(string Name, T Value, string Ending)> words) =>
        words.ToDictionary(word => word.Name, word => (word.Value, word.Ending));
}
