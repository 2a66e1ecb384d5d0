using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using static Ptgp.Backbone.Generation.Constraints.JsonSchemaValues;

namespace Ptgp.Backbone.Generation.Constraints;

/// <summary>Makes the pattern of a JSON schema.</summary>
internal sealed class JsonGrammar
{
    // How often a definition stands inside itself, and how deep any value holds others.
    private const int MostInside = 5;
    private const int AnyDepth = 4;

    private static readonly HashSet<string> notes =
        ["$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format"];

    private static readonly string[] bounds = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"];

    private static readonly Dictionary<string, string[]> keywordsOf = new()
    {
        ["object"] = ["properties", "required", "additionalProperties"],
        ["array"] = ["items", "prefixItems", "minItems", "maxItems"],
        ["string"] = ["minLength", "maxLength", "pattern"],
        ["integer"] = bounds,
        ["number"] = bounds,
        ["boolean"] = [],
        ["null"] = [],
    };

    private static readonly JsonSerializerOptions literal = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonElement document;
    private readonly Func<Rune, bool> writes;
    private readonly Dictionary<string, int> open = [];
    private readonly JsonScalars scalars;

    /// <summary>Reads a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="writes">Tells whether a character can be written.</param>
    /// <exception cref="FormatException">It is no schema, or holds what is not known.</exception>
    public JsonGrammar(JsonElement schema, Func<Rune, bool> writes)
    {
        (document, this.writes, scalars) = (schema, writes, new(writes));
        Root = Of(schema, "#");
    }

    /// <summary>Gets the pattern; null when nothing can be written for it.</summary>
    public Pattern? Root { get; }

    /// <summary>Gets characters of what a value is made of that cannot be written.</summary>
    public LackingCharacters Lacking => scalars.Lacking;

    private Pattern? Comma => Pattern.Join(Text(","), Blank);

    private Pattern? Colon => Pattern.Join(Text(":"), Blank);

    private Pattern Blank => writes(new(' ')) ? Pattern.Optional(Pattern.Text(" ")) : Pattern.Empty;

    private Pattern? Of(JsonElement schema, string place)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return schema.ValueKind == JsonValueKind.True ? Anything(AnyDepth) : null;
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"A JSON schema must be an object, true or false, but at {place} it is {schema.GetRawText()}.");
        }

        string[] keywords = [.. schema.EnumerateObject().Where(property => !notes.Contains(property.Name) && !(property.Name == "uniqueItems" && property.Value.ValueKind == JsonValueKind.False)).Select(property => property.Name)];
        string? Only(params string[] names) => names.FirstOrDefault(keywords.Contains);
        if (Only("$ref", "anyOf", "oneOf", "allOf", "const", "enum") is { } alone)
        {
            Refuse(keywords.Where(name => name != alone && !(name == "type" && alone is "const" or "enum")), place, $" beside '{alone}'");
            var (value, at) = (schema.GetProperty(alone), $"{place}/{alone}");
            return alone switch
            {
                "$ref" => Referred(Word(value, at), at),
                "const" or "enum" => Pattern.Any((alone == "const" ? [value] : List(value, at)).Where(one => IsOf(one, TypesOf(schema, place))).Select(one => Text(JsonSerializer.Serialize(one, literal)))),
                "anyOf" => Pattern.Any([.. List(value, at).Select((one, i) => Of(one, $"{at}/{i}"))]),
                "oneOf" => Pattern.Any([.. Different(List(value, at), at).Select((one, i) => Of(one, $"{at}/{i}"))]),
                _ => List(value, at) is [var only] ? Of(only, $"{at}/0") : throw Unknown("allOf of several", at),
            };
        }

        var types = TypesOf(schema, place) ?? [.. keywordsOf.Keys.Where(name => keywordsOf[name].Intersect(keywords).Any())];
        Refuse(types.Where(name => !keywordsOf.ContainsKey(name)), place + "/type", "");
        Refuse(keywords.Except(["type", .. types.SelectMany(name => keywordsOf[name])]), place, types.Length == 0 ? "" : $" of type {string.Join(" or ", types)}");
        return types.Length == 0 ? Anything(AnyDepth) : Pattern.Any([.. types.Select(name => OfType(name, schema, place))]);
    }

    private Pattern? OfType(string type, JsonElement schema, string place) => type switch
    {
        "object" => Object(schema, place),
        "array" => Array(
            [.. schema.TryGetProperty("prefixItems", out var first) ? List(first, place + "/prefixItems").Select((one, i) => Of(one, $"{place}/prefixItems/{i}")) : []],
            schema.TryGetProperty("items", out var items) ? Of(items, place + "/items") : Anything(AnyDepth - 1),
            Count(schema, "minItems", place) ?? 0,
            Count(schema, "maxItems", place)),
        "string" => String(schema, place),
        "integer" or "number" => scalars.Within(Bounds(schema, place), type == "integer"),
        "boolean" => Pattern.Any(Text("true"), Text("false")),
        _ => Text("null"),
    };

    private Pattern? Object(JsonElement schema, string place)
    {
        HashSet<string> required = schema.TryGetProperty("required", out var names) ? [.. List(names, place + "/required").Select(name => Word(name, place + "/required"))] : [];
        var hasMore = schema.TryGetProperty("additionalProperties", out var more);
        if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"A JSON schema must have an object at {place}/properties, but has {properties.GetRawText()}.");
        }

        if (properties.ValueKind == JsonValueKind.Undefined || !properties.EnumerateObject().Any())
        {
            return required.Count > 0 ? throw new FormatException($"What a JSON schema requires must be one of its properties, but at {place} '{required.First()}' is not.")
                : Dictionary(hasMore ? Of(more, place + "/additionalProperties") : Anything(AnyDepth - 1));
        }

        List<(Pattern Part, bool IsRequired)> members = [];
        foreach (var property in properties.EnumerateObject())
        {
            var isRequired = required.Remove(property.Name);
            var member = Pattern.Join(Text(JsonSerializer.Serialize(property.Name, literal)), Colon, Of(property.Value, $"{place}/properties/{property.Name}"));
            if (member is not null)
            {
                members.Add((member, isRequired));
            }
            else if (isRequired)
            {
                return null;
            }
        }

        return required.Count > 0 ? throw new FormatException($"What a JSON schema requires must be one of its properties, but at {place} '{required.First()}' is not.")
            : Comma is null ? null : Pattern.Join(Text("{"), new Pattern.Members(Comma, members), Text("}"));
    }

    private Pattern? Dictionary(Pattern? value)
    {
        var member = Pattern.Join(scalars.String(0, null), Colon, value);
        return Pattern.Join(Text("{"), member is null || Comma is null ? Pattern.Empty : new Pattern.Repeat(member, Comma, 0, null), Text("}"));
    }

    // The first ones each by its own pattern, then others.
    private Pattern? Array(Pattern?[] first, Pattern? item, int least, int? most)
    {
        if (most < least || (Comma is null && least > 1))
        {
            return null;
        }

        var count = first.Length;
        var rest = item is null || Comma is null || most <= count ? (least > count ? null : Pattern.Empty)
            : count == 0 ? new Pattern.Repeat(item, Comma, least, most)
            : new Pattern.Repeat(new Pattern.Sequence(Comma, item), Pattern.Empty, Math.Max(0, least - count), most - count);
        for (var i = count - 1; i >= 0; i--)
        {
            var here = most <= i ? null : Pattern.Join(i == 0 ? Pattern.Empty : Comma, first[i], rest);
            rest = i >= least ? Pattern.Optional(here) : here;
        }

        return Pattern.Join(Text("["), rest, Text("]"));
    }

    private Pattern? String(JsonElement schema, string place)
    {
        if (!schema.TryGetProperty("pattern", out var pattern))
        {
            return scalars.String(Count(schema, "minLength", place) ?? 0, Count(schema, "maxLength", place));
        }

        Refuse(schema.EnumerateObject().Select(property => property.Name).Where(name => name is "minLength" or "maxLength"), place, " beside 'pattern'");
        return scalars.Matching(Word(pattern, place + "/pattern"), place);
    }

    private Pattern? Anything(int depth)
    {
        var flat = Pattern.Any(scalars.String(0, null), scalars.Number, Text("true"), Text("false"), Text("null"));
        if (depth == 0)
        {
            return flat;
        }

        var inside = Anything(depth - 1);
        return Pattern.Any(flat, Array([], inside, 0, null), Dictionary(inside));
    }

    private Pattern? Referred(string reference, string place)
    {
        if (!reference.StartsWith('#'))
        {
            throw new FormatException($"A JSON schema must refer to its own definitions, such as '#/$defs/item', but at {place} it refers to '{reference}'.");
        }

        var target = document;
        foreach (var step in reference.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(name, out target))
            {
                throw new FormatException($"A JSON schema must hold what it refers to, but at {place} it refers to '{reference}', which is not there.");
            }
        }

        var times = open.GetValueOrDefault(reference);
        if (times >= MostInside)
        {
            return null;
        }

        open[reference] = times + 1;
        var pattern = Of(target, reference);
        open[reference] = times;
        return pattern;
    }

    // Of choices of different types one alone can hold.
    private static JsonElement[] Different(JsonElement[] choices, string place)
    {
        string?[] types = [.. choices.Select(choice => choice.ValueKind == JsonValueKind.Object && choice.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null)];
        return !types.Contains(null) && types.Distinct().Count() == types.Length && !(types.Contains("integer") && types.Contains("number")) ? choices
            : throw Unknown("oneOf of choices whose types are not different", place);
    }

    private Pattern? Text(string text)
    {
        if (text.EnumerateRunes().Where(one => !writes(one)).Select(one => (Rune?)one).FirstOrDefault() is { } first)
        {
            Lacking.Add(first);
            return null;
        }

        return Pattern.Text(text);
    }
}
