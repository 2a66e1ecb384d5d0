using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ptgp.Host.Configuration;

namespace Ptgp.Host.Tasks;

/// <summary>Inputs and answers of tasks as JSON: names in camel case, enumerations as texts, nothing where there is null.</summary>
/// <remarks>Each task has options of its own, so that no cache of the host's outlives a plugin.</remarks>
internal sealed class TaskJson
{
    /// <summary>Writes JSON on one line, with letters of all scripts as they are: for files and terminals, not for HTML.</summary>
    public static readonly JsonSerializerOptions Line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = Line.Encoder,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Makes a value of JSON.</summary>
    /// <exception cref="JsonException">It does not fit; the message is for users.</exception>
    public T Read<T>(JsonElement json)
    {
        T? value;
        try
        {
            value = json.Deserialize<T>(options);
        }
        catch (JsonException e)
        {
            throw new JsonException(HasHalfPair(json) ? $"It must be text throughout, but has an escape of half a surrogate pair: {Short(json)}." : $"It must be {Shape<T>()}, but {Lacking<T>(json) ?? Wrong(json, e) ?? "is"} {Short(json)}.", e);
        }

        return value ?? throw new JsonException($"It must be {Shape<T>()}, but is null.");
    }

    /// <summary>Makes JSON of a value.</summary>
    public JsonNode Write<T>(T value) => JsonSerializer.SerializeToNode(value, options) ?? throw new InvalidOperationException($"An answer of type {typeof(T).Name} must be a value, but is null.");

    /// <summary>Makes JSON of an answered example.</summary>
    public Prediction Write<TInput, TOutput>(Answer<TInput, TOutput> answer) => new(Write(answer.Input), Write(answer.Predicted), Write(answer.Expected));

    /// <summary>Names the fields that a value may have; none where it is no object.</summary>
    public IReadOnlyList<string> Fields<T>() => [.. options.GetTypeInfo(typeof(T)).Properties.Select(property => property.Name)];

    /// <summary>Finds the fields of what <see cref="Read"/> took, and of objects in it, that nothing reads.</summary>
    public IReadOnlyList<UnknownField> Unknown<T>(JsonElement json) => [.. Unknown(options.GetTypeInfo(typeof(T)), json, "")];

    /// <summary>Makes a line that a value could be read from, for messages: the fields that must be there, or else the first.</summary>
    public string Example<T>()
    {
        var info = options.GetTypeInfo(typeof(T));
        var fields = info.Properties.Where(property => property.IsRequired).DefaultIfEmpty(info.Properties.FirstOrDefault());
        return info.Kind != JsonTypeInfoKind.Object ? Sample(typeof(T)) : $"{{{string.Join(", ", fields.OfType<JsonPropertyInfo>().Select(field => $"\"{field.Name}\": {Sample(field.PropertyType)}"))}}}";
    }

    // What a converter of its own reads, or takes for its further fields, is its own matter.
    private IEnumerable<UnknownField> Unknown(JsonTypeInfo info, JsonElement json, string within)
    {
        switch (info.Kind, json.ValueKind)
        {
            case (JsonTypeInfoKind.Enumerable, JsonValueKind.Array):
                return json.EnumerateArray().SelectMany(item => Unknown(options.GetTypeInfo(info.ElementType!), item, within));
            case (JsonTypeInfoKind.Object, JsonValueKind.Object) when info.PolymorphismOptions is null && !info.Properties.Any(property => property.IsExtensionData):
                string[] known = [.. info.Properties.Where(property => property.Set is not null || property.AssociatedParameter is not null).Select(property => property.Name)];
                return json.EnumerateObject().SelectMany(field => info.Properties.FirstOrDefault(property => property.Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase)) is not { } property ? [new(within, field.Name, known)]
                    : property.CustomConverter is not null ? []
                    : Unknown(options.GetTypeInfo(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType), field.Value, property.Name));
            default:
                return [];
        }
    }

    private static string Sample(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var given when given == typeof(string) => "\"…\"",
        var given when given == typeof(bool) => "true",
        var given when given.IsEnum => $"\"{OptionTypes.Choices(given).FirstOrDefault("")}\"",
        var given when given.IsPrimitive || given == typeof(decimal) => "0",
        var given => OptionTypes.ItemOf(given) is { } item ? $"[{Sample(item)}]" : "{}",
    };

    // Such as: an object with "text" (required), "from", "to".
    private string Shape<T>()
    {
        var info = options.GetTypeInfo(typeof(T));
        return info.Kind == JsonTypeInfoKind.Object
            ? $"an object with {string.Join(", ", info.Properties.Select(property => $"\"{property.Name}\"{(property.IsRequired ? " (required)" : "")}"))}"
            : $"a {typeof(T).Name.ToLowerInvariant()}";
    }

    // Such as: lacks "context":
    private string? Lacking<T>(JsonElement json)
    {
        string[] lacking = json.ValueKind != JsonValueKind.Object ? []
            : [.. options.GetTypeInfo(typeof(T)).Properties.Where(property => property.IsRequired && !json.EnumerateObject().Any(field => field.Name.Equals(property.Name, StringComparison.OrdinalIgnoreCase))).Select(property => $"\"{property.Name}\"")];
        return lacking.Length == 0 ? null : $"lacks {string.Join(" and ", lacking)}:";
    }

    // Such as: its "topK" is 99999999999:
    private static string? Wrong(JsonElement json, JsonException fault) =>
        fault.Path?.Split('.', '[') is [_, var name, ..] && json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? $"its \"{name}\" is {Short(value)}:" : null;

    // Text of JSON may escape what no string of .NET's reader can hold.
    private static bool HasHalfPair(JsonElement json)
    {
        try
        {
            return json.ValueKind switch
            {
                JsonValueKind.String => json.GetString() is null,
                JsonValueKind.Array => json.EnumerateArray().Any(HasHalfPair),
                JsonValueKind.Object => json.EnumerateObject().Any(property => property.Name is null || HasHalfPair(property.Value)),
                _ => false,
            };
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static string Short(JsonElement json) => json.GetRawText() is { Length: > 80 } text ? text[..80] + "…" : json.GetRawText();
}
