using System.Globalization;

namespace Ptgp.Backbone.Jinja;

/// <summary>The functions that every template may call.</summary>
internal static class JinjaFunctions
{
    private const long LongestRange = 100_000;

    public static IReadOnlyDictionary<string, JinjaFunction> Globals { get; } = new Dictionary<string, JinjaFunction>(StringComparer.Ordinal)
    {
        ["range"] = Range,
        ["namespace"] = Namespace,
        ["dict"] = arguments => arguments.Named.Aggregate(new OrderedDictionary<string, object?>(StringComparer.Ordinal), (all, member) =>
        {
            all[member.Key] = member.Value;
            return all;
        }),
        ["raise_exception"] = arguments => throw new JinjaException(JinjaValues.Text(arguments.Demand(0, "message"))),
        ["strftime_now"] = arguments => Time(DateTimeOffset.Now, JinjaValues.Text(arguments.Demand(0, "format"))),
    };

    private static List<object?> Range(JinjaArguments arguments)
    {
        var numbers = arguments.Positional.Select(JinjaValues.Whole).ToArray();
        var (begin, end, step) = numbers switch
        {
            [var only] => (0L, only, 1L),
            [var first, var last] => (first, last, 1L),
            [var first, var last, not 0 and var by] => (first, last, by),
            _ => throw new JinjaException("'range' must be given one to three whole numbers, the last not 0."),
        };
        List<object?> items = [];
        for (var i = begin; step > 0 ? i < end : i > end; i += step)
        {
            items.Add(items.Count < LongestRange ? i : throw new JinjaException($"a range must have at most {LongestRange} numbers, but has more."));
        }

        return items;
    }

    private static JinjaNamespace Namespace(JinjaArguments arguments)
    {
        var result = new JinjaNamespace();
        foreach (var (name, value) in arguments.Named)
        {
            result.Values[name] = value;
        }

        return result;
    }

    // The directives of C's strftime that templates use for dates.
    private static string Time(DateTimeOffset time, string format)
    {
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            text.Append(format[++i] switch
            {
                'd' => Of("dd"),
                'm' => Of("MM"),
                'b' => Of("MMM"),
                'B' => Of("MMMM"),
                'y' => Of("yy"),
                'Y' => Of("yyyy"),
                'a' => Of("ddd"),
                'A' => Of("dddd"),
                'H' => Of("HH"),
                'I' => Of("hh"),
                'M' => Of("mm"),
                'S' => Of("ss"),
                'p' => Of("tt"),
                'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
                '%' => "%",
                var other => throw new JinjaException($"'strftime_now' does not know %{other}."),
            });
        }

        return text.ToString();

        string Of(string directive) => time.ToString(directive, CultureInfo.InvariantCulture);
    }
}
