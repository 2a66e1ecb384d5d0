using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.Backbone.Jinja;

/// <summary>Values as Python has them: null, bool, long, double, string, lists, ordered dictionaries of texts. Here is what operators do with them.</summary>
internal static class JinjaValues
{
    /// <summary>Turns JSON into a value.</summary>
    public static object? From(JsonNode? node) => node switch
    {
        null => null,
        JsonObject members => members.Aggregate(new OrderedDictionary<string, object?>(StringComparer.Ordinal), (all, member) =>
        {
            all[member.Key] = From(member.Value);
            return all;
        }),
        JsonArray items => items.Select(From).ToList(),
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => node.GetValue<string>(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => node.AsValue().TryGetValue<long>(out var whole) ? whole : (object)node.GetValue<double>(),
        },
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long whole => whole != 0,
        double number => number != 0,
        string text => text.Length > 0,
        ICollection items => items.Count > 0,
        _ => true,
    };

    /// <summary>Gets a value as it is printed.</summary>
    public static string Text(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Written(value),
    };

    /// <summary>Gets a value as Python's <c>repr</c> writes it.</summary>
    public static string Written(object? value) => value switch
    {
        null => "None",
        Undefined => "Undefined",
        bool flag => flag ? "True" : "False",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        double number => Number(number),
        string text => Quoted(text),
        IDictionary<string, object?> members => "{" + string.Join(", ", members.Select(member => $"{Quoted(member.Key)}: {Written(member.Value)}")) + "}",
        IList items => "[" + string.Join(", ", items.Cast<object?>().Select(Written)) + "]",
        _ => "<" + value.GetType().Name + ">",
    };

    /// <summary>Gets a number as Python writes it.</summary>
    public static string Number(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }

        var text = Math.Abs(number) is >= 1e15 and < 1e16 ? number.ToString("F1", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();
        return text.Contains('.', StringComparison.Ordinal) || text.Contains('e', StringComparison.Ordinal) ? text : text + ".0";
    }

    public static bool AreEqual(object? a, object? b) => (a, b) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (Undefined, Undefined) => true,
        (string left, string right) => left == right,
        (IDictionary<string, object?> left, IDictionary<string, object?> right) =>
            left.Count == right.Count && left.All(member => right.TryGetValue(member.Key, out var other) && AreEqual(member.Value, other)),
        (IList left, IList right) => left.Count == right.Count && Enumerable.Range(0, left.Count).All(i => AreEqual(left[i], right[i])),
        _ => IsNumber(a) && IsNumber(b) ? Double(a).Equals(Double(b)) : ReferenceEquals(a, b),
    };

    /// <exception cref="JinjaException">They have no order.</exception>
    public static int Compare(object? a, object? b)
    {
        if (IsNumber(a) && IsNumber(b))
        {
            return Double(a).CompareTo(Double(b));
        }

        if (a is IList left && b is IList right)
        {
            for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
            {
                if (!AreEqual(left[i], right[i]))
                {
                    return Compare(left[i], right[i]);
                }
            }

            return left.Count.CompareTo(right.Count);
        }

        return a is string first && b is string second
            ? string.CompareOrdinal(first, second)
            : throw new JinjaException($"{Kind(a)} and {Kind(b)} cannot be compared.");
    }

    public static bool Contains(object? all, object? item) => all switch
    {
        string text => text.Contains(item as string ?? throw new JinjaException($"only a text can be in a text, but {Kind(item)} is looked for."), StringComparison.Ordinal),
        IDictionary<string, object?> members => item is string key && members.ContainsKey(key),
        IList items => items.Cast<object?>().Any(other => AreEqual(other, item)),
        _ => throw new JinjaException($"nothing can be in {Kind(all)}."),
    };

    /// <summary>Goes through what can be gone through: a list's items, a dictionary's keys, a text's characters.</summary>
    public static IEnumerable<object?> Items(object? value) => value switch
    {
        string text => text.EnumerateRunes().Select(rune => (object?)rune.ToString()),
        IDictionary<string, object?> members => members.Keys.Cast<object?>().ToList(),
        IList items => items.Cast<object?>(),
        Undefined => [],
        _ => throw new JinjaException($"a loop or filter must be given a list, but is given {Kind(value)}."),
    };

    /// <summary>Computes <c>a + b</c> and its like.</summary>
    public static object? Operate(string symbol, object? a, object? b)
    {
        switch (symbol, a, b)
        {
            case ("~", _, _):
                return Join(Text(a), Text(b));
            case ("+", string left, string right):
                return Join(left, right);
            case ("+", IList left, IList right):
                return left.Cast<object?>().Concat(right.Cast<object?>()).ToList();
            case ("*", string text, long times):
                JinjaScope.Check(text.Length * Math.Max(0, times));
                return new StringBuilder().Insert(0, text, (int)Math.Max(0, times)).ToString();
            default:
                break;
        }

        if (!IsNumber(a) || !IsNumber(b))
        {
            throw new JinjaException($"'{symbol}' cannot join {Kind(a)} and {Kind(b)}.");
        }

        try
        {
            return a is double || b is double ? Operate(symbol, Double(a), Double(b)) : Operate(symbol, Whole(a), Whole(b));
        }
        catch (Exception fault) when (fault is OverflowException or DivideByZeroException)
        {
            throw new JinjaException($"'{Written(a)} {symbol} {Written(b)}' has no result.");
        }
    }

    public static bool IsNumber(object? value) => value is long or double or bool;

    public static double Double(object? value) => value is double number ? number : Whole(value);

    public static long Whole(object? value) => value switch
    {
        long whole => whole,
        bool flag => flag ? 1 : 0,
        double number when double.IsFinite(number) && Math.Abs(number) < long.MaxValue => (long)number,
        _ => throw new JinjaException($"a whole number is wanted, but {Kind(value)} is there."),
    };

    /// <summary>Gets what a value is, for messages.</summary>
    public static string Kind(object? value) => value switch
    {
        null => "none",
        Undefined undefined => $"'{undefined.Name}', which is undefined",
        bool => "true or false",
        long or double => "a number",
        string => "a text",
        IDictionary<string, object?> => "a mapping",
        IList => "a list",
        _ => "a function",
    };

    /// <summary>Writes JSON as Python does.</summary>
    /// <param name="value">The value.</param>
    /// <param name="indent">How many blanks each level is indented by; null for one line.</param>
    /// <param name="level">The level that the value stands in.</param>
    public static string Json(object? value, int? indent, int level = 0)
    {
        var (open, between, close) = indent is { } blanks
            ? ("\n" + new string(' ', blanks * (level + 1)), ",\n" + new string(' ', blanks * (level + 1)), "\n" + new string(' ', blanks * level))
            : ("", ", ", "");
        return value switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            long or double => Written(value),
            string text => JsonText(text),
            IDictionary<string, object?> { Count: 0 } => "{}",
            IDictionary<string, object?> members => "{" + open + string.Join(between, members.Select(member => $"{JsonText(member.Key)}: {Json(member.Value, indent, level + 1)}")) + close + "}",
            IList { Count: 0 } => "[]",
            IList items => "[" + open + string.Join(between, items.Cast<object?>().Select(item => Json(item, indent, level + 1))) + close + "]",
            _ => throw new JinjaException($"'tojson' cannot write {Kind(value)}."),
        };
    }

    private static string Join(string a, string b)
    {
        JinjaScope.Check((long)a.Length + b.Length);
        return a + b;
    }

    private static object Operate(string symbol, long a, long b) => symbol switch
    {
        "+" => checked(a + b),
        "-" => checked(a - b),
        "*" => checked(a * b),
        "//" => (long)Math.Floor((decimal)a / b),
        "%" => ((a % b) + b) % b,
        "**" when b >= 0 => checked((long)Math.Pow(a, b)),
        _ => (object)Operate(symbol, (double)a, b),
    };

    private static double Operate(string symbol, double a, double b) => symbol switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "**" => Math.Pow(a, b),
        _ when b == 0 => throw new DivideByZeroException(),
        "/" => a / b,
        "//" => Math.Floor(a / b),
        "%" => a - (b * Math.Floor(a / b)),
        _ => throw new JinjaException($"'{symbol}' is no operator."),
    };

    private static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var written = new StringBuilder().Append(quote);
        foreach (var c in text)
        {
            written.Append(c switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when c == quote => "\\" + c,
                _ when c < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }

        return written.Append(quote).ToString();
    }

    private static string JsonText(string text)
    {
        var written = new StringBuilder("\"");
        foreach (var c in text)
        {
            written.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                _ when c < ' ' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => c.ToString(),
            });
        }

        return written.Append('"').ToString();
    }
}
