using System.Collections;
using System.Globalization;

namespace Ptgp.Backbone.Jinja;

/// <summary>What may stand behind a bar.</summary>
internal static class JinjaFilters
{
    public static IReadOnlyDictionary<string, Func<object?, JinjaArguments, object?>> All { get; } = new Dictionary<string, Func<object?, JinjaArguments, object?>>(StringComparer.Ordinal)
    {
        ["trim"] = (value, arguments) => arguments.Get(0, "chars") is string characters ? JinjaValues.Text(value).Trim(characters.ToCharArray()) : JinjaValues.Text(value).Trim(),
        ["upper"] = (value, _) => JinjaValues.Text(value).ToUpperInvariant(),
        ["lower"] = (value, _) => JinjaValues.Text(value).ToLowerInvariant(),
        ["title"] = (value, _) => Title(JinjaValues.Text(value)),
        ["capitalize"] = (value, _) => Capitalize(JinjaValues.Text(value)),
        ["replace"] = (value, arguments) => Replace(JinjaValues.Text(value), arguments),
        ["indent"] = Indent,
        ["string"] = (value, _) => JinjaValues.Text(value),
        ["safe"] = (value, _) => value,
        ["escape"] = Escape,
        ["e"] = Escape,
        ["tojson"] = (value, arguments) => JinjaValues.Json(value, arguments.Get(0, "indent") is { } indent ? (int)Math.Clamp(JinjaValues.Whole(indent), 0, 64) : null),
        ["int"] = ToWhole,
        ["float"] = (value, arguments) => value is string text
            ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : arguments.Get(0, "default", 0.0)
            : JinjaValues.IsNumber(value) ? JinjaValues.Double(value) : arguments.Get(0, "default", 0.0),
        ["abs"] = (value, _) => value is double number ? Math.Abs(number) : (object)Math.Abs(JinjaValues.Whole(value)),
        ["round"] = (value, arguments) => Math.Round(JinjaValues.Double(value), (int)Math.Clamp(JinjaValues.Whole(arguments.Get(0, "precision", 0L)), 0, 15), MidpointRounding.ToEven),
        ["default"] = Default,
        ["d"] = Default,
        ["length"] = (value, _) => Count(value),
        ["count"] = (value, _) => Count(value),
        ["first"] = (value, _) => JinjaValues.Items(value).DefaultIfEmpty(new Undefined("first")).First(),
        ["last"] = (value, _) => JinjaValues.Items(value).DefaultIfEmpty(new Undefined("last")).Last(),
        ["list"] = (value, _) => JinjaValues.Items(value).ToList(),
        ["reverse"] = (value, _) => value is string text ? string.Concat(JinjaValues.Items(text).Reverse()) : JinjaValues.Items(value).Reverse().ToList(),
        ["join"] = Join,
        ["sort"] = Sort,
        ["unique"] = (value, _) => Unique(JinjaValues.Items(value)),
        ["sum"] = (value, arguments) => Of(value, arguments, 0).Aggregate((object?)0L, (sum, item) => JinjaValues.Operate("+", sum, item)),
        ["min"] = (value, _) => Extreme(value, -1),
        ["max"] = (value, _) => Extreme(value, 1),
        ["items"] = (value, _) => value is IDictionary<string, object?> members ? Pairs(members) : [],
        ["dictsort"] = (value, _) => value is IDictionary<string, object?> members
            ? Pairs(members).OrderBy(pair => JinjaValues.Text(((IList)pair!)[0]), StringComparer.OrdinalIgnoreCase).ToList()
            : throw new JinjaException($"'dictsort' must be given a mapping, but is given {JinjaValues.Kind(value)}."),
        ["map"] = Map,
        ["select"] = (value, arguments) => Choose(value, arguments, 0, item => item, keeps: true),
        ["reject"] = (value, arguments) => Choose(value, arguments, 0, item => item, keeps: false),
        ["selectattr"] = (value, arguments) => Choose(value, arguments, 1, Attribute(arguments.Demand(0, "attribute")), keeps: true),
        ["rejectattr"] = (value, arguments) => Choose(value, arguments, 1, Attribute(arguments.Demand(0, "attribute")), keeps: false),
    };

    public static string Title(string text) => string.Concat(text.Select((c, i) => i == 0 || !char.IsLetterOrDigit(text[i - 1]) ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)));

    public static string Capitalize(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    public static string Replace(string text, JinjaArguments arguments)
    {
        var (old, by) = (JinjaValues.Text(arguments.Demand(0, "old")), JinjaValues.Text(arguments.Demand(1, "new")));
        if (arguments.Get(2, "count") is { } limit)
        {
            for (var (left, from) = (JinjaValues.Whole(limit), 0); left > 0 && text.IndexOf(old, from, StringComparison.Ordinal) is >= 0 and var at; left--)
            {
                text = text[..at] + by + text[(at + old.Length)..];
                from = at + by.Length + (old.Length == 0 ? 1 : 0);
                JinjaScope.Check(text.Length);
            }

            return text;
        }

        if (old.Length == 0)
        {
            throw new JinjaException("'replace' must be given what to replace, but is given an empty text.");
        }

        JinjaScope.Check((long)text.Length / old.Length * by.Length);
        return text.Replace(old, by, StringComparison.Ordinal);
    }

    public static List<object?> Pairs(IDictionary<string, object?> members) => [.. members.Select(member => new List<object?> { member.Key, member.Value })];

    private static long Count(object? value) => JinjaValues.Items(value).Count();

    private static object? Default(object? value, JinjaArguments arguments) =>
        value is Undefined || (JinjaValues.IsTrue(arguments.Get(1, "boolean")) && !JinjaValues.IsTrue(value)) ? arguments.Get(0, "default_value", "") : value;

    private static object? ToWhole(object? value, JinjaArguments arguments) => value switch
    {
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var whole) => whole,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JinjaValues.Whole(number),
        _ when JinjaValues.IsNumber(value) => JinjaValues.Whole(value),
        _ => arguments.Get(0, "default", 0L),
    };

    private static string Escape(object? value, JinjaArguments arguments) => JinjaValues.Text(value)
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&#34;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    private static string Indent(object? value, JinjaArguments arguments)
    {
        var width = arguments.Get(0, "width", 4L) is var given && given is string own ? own : new string(' ', (int)Math.Clamp(JinjaValues.Whole(given), 0, 1000));
        var (first, blank) = (JinjaValues.IsTrue(arguments.Get(1, "first")), JinjaValues.IsTrue(arguments.Get(2, "blank")));
        return string.Join('\n', JinjaValues.Text(value).Split('\n').Select((line, i) => (i == 0 ? first : blank || line.Length > 0) ? width + line : line));
    }

    private static string Join(object? value, JinjaArguments arguments)
    {
        var texts = Of(value, arguments, 1).Select(JinjaValues.Text).ToList();
        var between = JinjaValues.Text(arguments.Get(0, "d", ""));
        JinjaScope.Check(texts.Sum(text => (long)text.Length + between.Length));
        return string.Join(between, texts);
    }

    private static List<object?> Sort(object? value, JinjaArguments arguments)
    {
        var key = arguments.Get(2, "attribute") is { } attribute ? Attribute(attribute) : item => item;
        var ignoresCase = !JinjaValues.IsTrue(arguments.Get(1, "case_sensitive"));
        try
        {
            var sorted = JinjaValues.Items(value).OrderBy(
                item => key(item) is string text && ignoresCase ? text.ToLowerInvariant() : key(item), Comparer<object?>.Create(JinjaValues.Compare)).ToList();
            if (JinjaValues.IsTrue(arguments.Get(0, "reverse")))
            {
                sorted.Reverse();
            }

            return sorted;
        }
        catch (InvalidOperationException fault) when (fault.InnerException is JinjaException cause)
        {
            throw new JinjaException(cause.Message);
        }
    }

    private static List<object?> Unique(IEnumerable<object?> items)
    {
        List<object?> kept = [];
        foreach (var item in items)
        {
            if (!kept.Exists(other => JinjaValues.AreEqual(other, item)))
            {
                kept.Add(item);
            }
        }

        return kept;
    }

    private static object? Extreme(object? value, int sign) =>
        JinjaValues.Items(value).ToList() is { Count: > 0 } items
            ? items.Aggregate((best, item) => JinjaValues.Compare(item, best) * sign > 0 ? item : best)
            : new Undefined("an extreme of nothing");

    private static List<object?> Map(object? value, JinjaArguments arguments)
    {
        if (arguments.Named.TryGetValue("attribute", out var attribute))
        {
            var otherwise = arguments.Named.GetValueOrDefault("default");
            var get = Attribute(attribute);
            return JinjaValues.Items(value).Select(item => get(item) is var found && found is Undefined && otherwise is not null ? otherwise : found).ToList();
        }

        var name = JinjaValues.Text(arguments.Demand(0, "filter"));
        var filter = All.GetValueOrDefault(name) ?? throw new JinjaException($"'{name}' is no filter that templates may use here.");
        JinjaArguments rest = new([.. arguments.Positional.Skip(1)], arguments.Named);
        return JinjaValues.Items(value).Select(item => filter(item, rest)).ToList();
    }

    private static List<object?> Choose(object? value, JinjaArguments arguments, int place, Func<object?, object?> of, bool keeps)
    {
        Func<object?, bool> holds = JinjaValues.IsTrue;
        if (arguments.Has(place, "test"))
        {
            var name = JinjaValues.Text(arguments.Get(place, "test")) switch { "==" => "eq", "!=" => "ne", "<" => "lt", "<=" => "le", ">" => "gt", ">=" => "ge", var other => other };
            var test = JinjaTests.All.GetValueOrDefault(name) ?? throw new JinjaException($"'{name}' is no test that templates may use here.");
            JinjaArguments rest = new([.. arguments.Positional.Skip(place + 1)], arguments.Named);
            holds = item => test(item, rest);
        }

        return [.. JinjaValues.Items(value).Where(item => holds(of(item)) == keeps)];
    }

    // The items, or an attribute of each.
    private static IEnumerable<object?> Of(object? value, JinjaArguments arguments, int place) =>
        arguments.Get(place, "attribute") is { } attribute ? JinjaValues.Items(value).Select(Attribute(attribute)) : JinjaValues.Items(value);

    private static Func<object?, object?> Attribute(object? path) => path is long index
        ? item => JinjaMembers.Item(item, index)
        : item => JinjaValues.Text(path).Split('.').Aggregate(item, (value, name) => long.TryParse(name, out var place) ? JinjaMembers.Item(value, place) : JinjaMembers.Item(value, name));
}
