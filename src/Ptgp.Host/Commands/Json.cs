using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Commands;

/// <summary>Writes what scripts read.</summary>
internal static class Json
{
    /// <summary>On one line, with letters of all scripts as they are.</summary>
    public static readonly JsonSerializerOptions Line = TaskJson.Line;

    /// <summary>The same over several lines.</summary>
    public static readonly JsonSerializerOptions Indented = new(Line) { WriteIndented = true };

    /// <summary>Writes the options of a record that are not null, as they are written in a configuration.</summary>
    public static JsonObject OfOptions(object options) => new(OptionKey.Of(options.GetType())
        .Select(key => (key.Name, Value: key.Property.GetValue(options)))
        .Where(option => option.Value is not null)
        .Select(option => KeyValuePair.Create(option.Name, Of(option.Value!))));

    /// <summary>Writes metrics by their names.</summary>
    public static JsonObject OfMetrics(IEnumerable<Metric> metrics) => new(metrics.Select(metric => KeyValuePair.Create(metric.Name, (JsonNode?)metric.Value)));

    private static JsonNode? Of(object value) => value switch
    {
        Enum choice => OptionTypes.Choice(choice.ToString()) is var text && text is "true" or "false" ? text == "true" : text,
        string text => text,
        System.Collections.IEnumerable list => new JsonArray([.. list.Cast<object>().Select(Of)]),
        int number => number,
        long number => number,
        double number => number,
        bool truth => truth,
        _ => OfOptions(value),
    };
}
