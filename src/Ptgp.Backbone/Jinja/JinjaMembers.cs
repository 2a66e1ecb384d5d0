using System.Collections;

namespace Ptgp.Backbone.Jinja;

/// <summary>What stands behind a dot or in brackets: members, items, slices, and the methods of texts and mappings.</summary>
internal static class JinjaMembers
{
    private static readonly Dictionary<string, Func<string, JinjaArguments, object?>> textMethods = new(StringComparer.Ordinal)
    {
        ["strip"] = (text, arguments) => text.Trim(Characters(arguments)),
        ["lstrip"] = (text, arguments) => text.TrimStart(Characters(arguments)),
        ["rstrip"] = (text, arguments) => text.TrimEnd(Characters(arguments)),
        ["startswith"] = (text, arguments) => Any(arguments, part => text.StartsWith(part, StringComparison.Ordinal)),
        ["endswith"] = (text, arguments) => Any(arguments, part => text.EndsWith(part, StringComparison.Ordinal)),
        ["upper"] = (text, _) => text.ToUpperInvariant(),
        ["lower"] = (text, _) => text.ToLowerInvariant(),
        ["title"] = (text, _) => JinjaFilters.Title(text),
        ["capitalize"] = (text, _) => JinjaFilters.Capitalize(text),
        ["split"] = (text, arguments) => Split(text, arguments, fromEnd: false),
        ["rsplit"] = (text, arguments) => Split(text, arguments, fromEnd: true),
        ["splitlines"] = (text, _) => text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Cast<object?>().ToList(),
        ["replace"] = (text, arguments) => JinjaFilters.Replace(text, arguments),
        ["join"] = (text, arguments) => string.Join(text, JinjaValues.Items(arguments.Demand(0, "items")).Select(JinjaValues.Text)),
        ["find"] = (text, arguments) => (long)text.IndexOf(JinjaValues.Text(arguments.Demand(0, "part")), StringComparison.Ordinal),
        ["count"] = (text, arguments) => JinjaValues.Text(arguments.Demand(0, "part")) is { Length: > 0 } part ? text.Split(part).Length - 1L : text.Length + 1L,
        ["isdigit"] = (text, _) => text.Length > 0 && text.All(char.IsDigit),
        ["isalpha"] = (text, _) => text.Length > 0 && text.All(char.IsLetter),
        ["isspace"] = (text, _) => text.Length > 0 && text.All(char.IsWhiteSpace),
    };

    private static readonly Dictionary<string, Func<IDictionary<string, object?>, JinjaArguments, object?>> mappingMethods = new(StringComparer.Ordinal)
    {
        ["items"] = (members, _) => JinjaFilters.Pairs(members),
        ["keys"] = (members, _) => members.Keys.Cast<object?>().ToList(),
        ["values"] = (members, _) => members.Values.ToList(),
        ["get"] = (members, arguments) => members.TryGetValue(JinjaValues.Text(arguments.Demand(0, "key")), out var value) ? value : arguments.Get(1, "default"),
    };

    /// <summary>Gets <c>value.name</c>: a method if there is one, else the item of that key.</summary>
    public static object? Member(object? value, string name) => value switch
    {
        JinjaNamespace space => space.Values.TryGetValue(name, out var found) ? found : new Undefined(name),
        string text when textMethods.TryGetValue(name, out var method) => (JinjaFunction)(arguments => method(text, arguments)),
        IDictionary<string, object?> members when mappingMethods.TryGetValue(name, out var method) => (JinjaFunction)(arguments => method(members, arguments)),
        _ => Item(value, name),
    };

    /// <summary>Gets <c>value[key]</c>; undefined when there is no such item.</summary>
    /// <exception cref="JinjaException">The value itself is undefined.</exception>
    public static object? Item(object? value, object? key) => (value, key) switch
    {
        (Undefined undefined, _) => throw new JinjaException($"'{undefined.Name}' is undefined, so it has no '{JinjaValues.Text(key)}'."),
        (IDictionary<string, object?> members, string name) => members.TryGetValue(name, out var found) ? found : new Undefined(name),
        (JinjaNamespace space, string name) => space.Values.TryGetValue(name, out var found) ? found : new Undefined(name),
        (string text, long index) => At(text.Length, index) is { } place ? text[place].ToString() : new Undefined("an item"),
        (IList items, long index) => At(items.Count, index) is { } place ? items[place] : new Undefined("an item"),
        (_, string name) => new Undefined(name),
        _ => new Undefined("an item"),
    };

    /// <summary>Gets <c>value[from:to:by]</c> as Python cuts it.</summary>
    public static object Slice(object? value, object? from, object? to, object? by)
    {
        var step = by is null ? 1 : JinjaValues.Whole(by);
        var count = value switch
        {
            string text => text.Length,
            IList items => items.Count,
            _ => throw new JinjaException($"only texts and lists can be sliced, but {JinjaValues.Kind(value)} is."),
        };
        if (step == 0)
        {
            throw new JinjaException("a slice's step must not be 0.");
        }

        var (least, most) = step > 0 ? (0L, (long)count) : (-1L, count - 1L);
        var begin = Bound(from, step > 0 ? least : most);
        var end = Bound(to, step > 0 ? most : least);
        List<int> places = [];
        for (var i = begin; step > 0 ? i < end : i > end; i += step)
        {
            places.Add((int)i);
        }

        return value is string whole ? string.Concat(places.Select(place => whole[place])) : places.Select(place => ((IList)value!)[place]).ToList();

        long Bound(object? bound, long otherwise) => bound is null ? otherwise : JinjaValues.Whole(bound) is var given ? Math.Clamp(given < 0 ? given + count : given, least, most) : 0;
    }

    private static int? At(int count, long index) => index >= -count && index < count ? (int)(index < 0 ? index + count : index) : null;

    private static char[]? Characters(JinjaArguments arguments) => arguments.Get(0, "chars") is string characters ? characters.ToCharArray() : null;

    private static bool Any(JinjaArguments arguments, Func<string, bool> fits) => arguments.Demand(0, "part") switch
    {
        IList parts => parts.Cast<object?>().Any(part => fits(JinjaValues.Text(part))),
        var part => fits(JinjaValues.Text(part)),
    };

    private static List<object?> Split(string text, JinjaArguments arguments, bool fromEnd)
    {
        var most = arguments.Has(1, "maxsplit") ? JinjaValues.Whole(arguments.Get(1, "maxsplit")) : -1;
        if (arguments.Get(0, "sep") is not string separator)
        {
            var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return most < 0 || most >= words.Length
                ? [.. words]
                : throw new JinjaException("'split' with a limit must be given what to split at.");
        }

        if (separator.Length == 0)
        {
            throw new JinjaException("'split' must be given what to split at, but is given an empty text.");
        }

        var parts = text.Split(separator);
        if (most < 0 || parts.Length <= most + 1)
        {
            return [.. parts];
        }

        var kept = (int)most;
        return fromEnd
            ? [string.Join(separator, parts[..^kept]), .. parts[^kept..]]
            : [.. parts[..kept], string.Join(separator, parts[kept..])];
    }
}
