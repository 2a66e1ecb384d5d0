using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Ptgp.Toolkit.Text.Normalization;

/// <summary>Writes English number words as digits: "twenty one" as 21, "three and a half million" as 3500000, "five dollars" as $5. As Whisper does, with its quirks.</summary>
internal sealed partial class SpokenNumbers
{
    private readonly List<string> written = [];
    private BigInteger? number;                                   // the value so far, while it can still be counted with
    private string? digits;                                       // or its digits: "one oh one", "3.14"
    private char? sign;

    private SpokenNumbers()
    {
    }

    private bool HasValue => number is not null || digits is not null;

    private string Text => digits ?? number?.ToString(CultureInfo.InvariantCulture) ?? "";

    /// <summary>Writes the numbers in a text as digits.</summary>
    public static string ToDigits(string text)
    {
        var numbers = new SpokenNumbers();
        numbers.Read(Split(Prepare(text)));
        var joined = string.Join(' ', numbers.written);
        joined = DollarsAndCents().Replace(joined, match => $"{match.Groups[1]}{match.Groups[2]}.{int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture):00}");
        joined = CentsOnly().Replace(joined, match => string.Create(CultureInfo.InvariantCulture, $"¢{int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)}"));
        return OneAlone().Replace(joined, "one$1");
    }

    /// <summary>Splits at white space.</summary>
    public static string[] Split(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    // Halves become decimals, and digits stand apart from letters that do not end them.
    private static string Prepare(string text)
    {
        var parts = AndAHalf().Split(text);
        var result = new List<string>();
        foreach (var (index, part) in parts.Index().Where(part => !string.IsNullOrWhiteSpace(part.Item)))
        {
            result.Add(part);
            if (index < parts.Length - 1)
            {
                var last = Split(part)[^1];
                result.Add(NumberWords.IsDecimal(last) || NumberWords.Multipliers.ContainsKey(last) ? "point five" : "and a half");
            }
        }

        text = LetterThenDigit().Replace(string.Join(' ', result), "$1 $2");
        return DigitThenEnding().Replace(DigitThenLetter().Replace(text, "$1 $2"), "$1$2");
    }

    private void Read(string[] words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            var (before, word, next) = (i > 0 ? words[i - 1] : null, words[i], i + 1 < words.Length ? words[i + 1] : null);
            var hasSign = NumberWords.Signs.ContainsValue(word[0]) || NumberWords.Currencies.ContainsValue(word[0]);
            var bare = hasSign ? word[1..] : word;
            if (Arabic().IsMatch(bare))
            {
                ReadArabic(word, bare, hasSign);
            }
            else if (!NumberWords.Contains(word))
            {
                WriteValue();
                Write(word);
            }
            else
            {
                i += ReadWord(before, word, next) ? 1 : 0;
            }
        }

        WriteValue();
    }

    private void ReadArabic(string word, string bare, bool hasSign)
    {
        if (digits?.EndsWith('.') == true)
        {
            digits += word;                                       // decimals, or the parts of an address
            return;
        }

        WriteValue();
        sign = hasSign ? word[0] : sign;
        var value = Fraction(bare)!.Value;
        (number, digits) = value.Denominator.IsOne ? (value.Numerator, null) : ((BigInteger?)null, bare);
    }

    // Answers whether the next word is read with it.
    private bool ReadWord(string? before, string word, string? next)
    {
        if (NumberWords.Zeros.Contains(word))
        {
            Append("0");
        }
        else if (NumberWords.Ones.TryGetValue(word, out var one))
        {
            AddOnes(one, before);
        }
        else if (NumberWords.OnesEnded.TryGetValue(word, out var oneEnded))
        {
            AddOnes(oneEnded.Value, before);
            WriteEnded(oneEnded.Ending);
        }
        else if (NumberWords.Tens.TryGetValue(word, out var ten))
        {
            AddTens(ten);
        }
        else if (NumberWords.TensEnded.TryGetValue(word, out var tenEnded))
        {
            AddTens(tenEnded.Value);
            WriteEnded(tenEnded.Ending);
        }
        else if (NumberWords.Multipliers.TryGetValue(word, out var multiplier))
        {
            Multiply(multiplier, isZeroCounted: true);
        }
        else if (NumberWords.MultipliersEnded.TryGetValue(word, out var multiplierEnded))
        {
            Multiply(multiplierEnded.Value, isZeroCounted: false);
            WriteEnded(multiplierEnded.Ending);
        }
        else
        {
            return ReadSpecial(before, word, next);
        }

        return false;
    }

    private bool ReadSpecial(string? before, string word, string? next)
    {
        var goesOn = NumberWords.Contains(next) || (next is not null && Arabic().IsMatch(next));
        switch (word)
        {
            case NumberWords.Percent when HasValue:
                WriteEnded("%");
                return false;
            case NumberWords.Per when HasValue && next == NumberWords.Cent:
                WriteEnded("%");
                return true;
            case NumberWords.And when goesOn && before is not null && NumberWords.Multipliers.ContainsKey(before):
                return false;
            case NumberWords.Double or NumberWords.Triple when next is not null && (NumberWords.Ones.ContainsKey(next) || NumberWords.Zeros.Contains(next)):
                var digit = NumberWords.Ones.GetValueOrDefault(next).ToString(CultureInfo.InvariantCulture);
                Append(string.Concat(Enumerable.Repeat(digit, word == NumberWords.Double ? 2 : 3)));
                return true;
            case NumberWords.Point when goesOn:
                if (NumberWords.IsDecimal(next) || Arabic().IsMatch(next!))
                {
                    Append(".");
                }

                return false;
        }

        if (NumberWords.Currencies.TryGetValue(word, out var currency) && HasValue)
        {
            sign = currency;
            WriteValue();
            return false;
        }

        WriteValue();
        if (goesOn && NumberWords.Signs.TryGetValue(word, out var found))
        {
            sign = found;
        }
        else
        {
            Write(word);
        }

        return false;
    }

    private void AddOnes(int value, string? before)
    {
        if (!HasValue)
        {
            number = value;
        }
        else if (digits is not null || (before is not null && NumberWords.Ones.ContainsKey(before)))
        {
            var isUnit = value < 10 && before is not null && NumberWords.Tens.ContainsKey(before);
            (number, digits) = (null, (isUnit ? Text[..^1] : Text) + value.ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            AddIfRound(value, value < 10 ? 10 : 100);
        }
    }

    private void AddTens(int value)
    {
        if (!HasValue)
        {
            number = value;
        }
        else
        {
            AddIfRound(value, 100);
        }
    }

    // "two thousand" and "eight" are 2008, but "nineteen" and "eighty" are 1980.
    private void AddIfRound(int value, int unit)
    {
        if (number is { } whole && whole % unit == 0)
        {
            number = whole + value;
        }
        else
        {
            (number, digits) = (null, Text + value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private void Multiply(BigInteger multiplier, bool isZeroCounted)
    {
        if (!HasValue)
        {
            number = multiplier;
        }
        else if (digits is not null || (isZeroCounted && number == 0))
        {
            if (Fraction(Text) is var (top, bottom) && top * multiplier % bottom == 0)
            {
                (number, digits) = (top * multiplier / bottom, null);
            }
            else
            {
                WriteValue();
                number = multiplier;
            }
        }
        else
        {
            // Only what stands below the thousands is multiplied: in "two million three hundred", three.
            var below = number!.Value % 1000;
            number = number - below + (below * multiplier);
        }
    }

    // A zero that is counted with is as good as none.
    private void Append(string more) => (number, digits) = (null, (number == 0 ? "" : Text) + more);

    private void WriteEnded(string ending)
    {
        Write(Text + ending);
        (number, digits) = (null, null);
    }

    private void WriteValue()
    {
        if (HasValue)
        {
            Write(Text);
            (number, digits) = (null, null);
        }
    }

    private void Write(string text)
    {
        written.Add(sign + text);
        sign = null;
    }

    // Of digits with at most one point; null of anything else, such as "1.2.3".
    private static (BigInteger Numerator, BigInteger Denominator)? Fraction(string text)
    {
        var plain = string.Concat(text.Select(letter => char.IsDigit(letter) ? (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(letter)) : letter));
        if (!Decimal().IsMatch(plain))
        {
            return null;
        }

        var point = plain.IndexOf('.', StringComparison.Ordinal);
        var whole = BigInteger.Parse(plain.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var scale = BigInteger.Pow(10, point < 0 ? 0 : plain.Length - point - 1);
        var common = BigInteger.GreatestCommonDivisor(whole, scale);
        return (whole / common, scale / common);
    }

    [GeneratedRegex(@"\band\s+a\s+half\b")]
    private static partial Regex AndAHalf();

    [GeneratedRegex("([a-z])([0-9])")]
    private static partial Regex LetterThenDigit();

    [GeneratedRegex("([0-9])([a-z])")]
    private static partial Regex DigitThenLetter();

    [GeneratedRegex(@"([0-9])\s+(st|nd|rd|th|s)\b")]
    private static partial Regex DigitThenEnding();

    [GeneratedRegex(@"^\d+(\.\d+)?$")]
    private static partial Regex Arabic();

    [GeneratedRegex(@"^([0-9]+\.?[0-9]*|\.[0-9]+)$")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\b")]
    private static partial Regex DollarsAndCents();

    [GeneratedRegex(@"[€£$]0.([0-9]{1,2})\b")]
    private static partial Regex CentsOnly();

    [GeneratedRegex(@"\b1(s?)\b")]
    private static partial Regex OneAlone();
}
