using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;

namespace Ptgp.Host.Configuration;

/// <summary>Writes options records down as a JSON Schema, from which editors complete and check.</summary>
internal static class OptionsSchema
{
    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the schema of <c>ptgp.json</c>.</summary>
    public static string OfHostConfiguration()
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "Ptgp's host configuration" };
        foreach (var (key, value) in Of(typeof(HostConfiguration)).ToList())
        {
            schema[key] = value?.DeepClone();
        }

        return schema.ToJsonString(indented) + "\n";
    }

    private static JsonObject Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return typeof(IConfiguration).IsAssignableFrom(type) ? new() { ["type"] = "object" }
            : type.IsEnum ? new() { ["enum"] = new JsonArray([.. OptionTypes.Choices(type).Select(Choice)]) }
            : type == typeof(bool) ? new() { ["type"] = "boolean" }
            : OptionTypes.IsWhole(type) ? new() { ["type"] = "integer" }
            : OptionTypes.IsNumber(type) ? new() { ["type"] = "number" }
            : OptionTypes.IsScalar(type) ? new() { ["type"] = "string" }
            : OptionTypes.ItemOf(type) is { } item ? List(item)
            : OptionTypes.ValueOf(type) is { } value ? new() { ["type"] = "object", ["additionalProperties"] = Of(value) }
            : Record(type);
    }

    private static JsonObject List(Type item)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = Of(item) };
        return OptionTypes.IsScalar(item) ? new() { ["anyOf"] = new JsonArray(list, Of(item)) } : list;
    }

    private static JsonObject Record(Type type)
    {
        var keys = OptionKey.Of(type);
        var isPositional = OptionKey.ConstructorOf(type) is not null;
        var defaults = isPositional ? null : Activator.CreateInstance(type);
        var record = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject(keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)Property(key, defaults)))) };
        if (keys.Any(key => key.IsRequired))
        {
            record["required"] = new JsonArray([.. keys.Where(key => key.IsRequired).Select(key => (JsonNode)key.Name)]);
        }

        record["additionalProperties"] = false;
        return !isPositional ? record : new()
        {
            ["anyOf"] = new JsonArray(record, new JsonObject
            {
                ["type"] = "array",
                ["prefixItems"] = new JsonArray([.. keys.Select(key => Of(key.Type))]),
                ["minItems"] = keys.Count,
                ["maxItems"] = keys.Count,
            }),
        };
    }

    private static JsonObject Property(OptionKey key, object? defaults)
    {
        var schema = Of(key.Type);
        foreach (var rule in key.Rules)
        {
            Limit(schema, rule);
        }

        if (defaults is not null && Default(key.Property.GetValue(defaults)) is { } standing)
        {
            schema["default"] = standing;
        }

        if (XmlDocs.Describe(key.Property) is { } description)
        {
            schema["description"] = description;
        }

        return schema;
    }

    private static void Limit(JsonObject schema, ValidationAttribute rule)
    {
        if (rule is DeviceNameAttribute)
        {
            schema["pattern"] = DeviceNameAttribute.Pattern;
        }
        else if (rule is RangeAttribute range)
        {
            var (low, high) = OptionRules.Bounds(range);
            if (!OptionRules.IsLowest(low))
            {
                schema[range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = low;
            }

            if (!OptionRules.IsHighest(high))
            {
                schema[range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum"] = high;
            }
        }
    }

    private static JsonNode? Default(object? value) => value switch
    {
        string text => text,
        bool truth => truth,
        int or long or double or float => JsonValue.Create(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture)),
        Enum choice => Choice(OptionTypes.Choice(choice.ToString())),
        _ => null,
    };

    private static JsonNode Choice(string choice) => choice is "true" or "false" ? choice == "true" : choice;
}
