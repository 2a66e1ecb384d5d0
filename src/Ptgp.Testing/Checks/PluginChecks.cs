using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ptgp.Testing.Checks;

/// <summary>What must hold of a plugin without its head.</summary>
internal static partial class PluginChecks
{
    public static void Check<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, IReadOnlyList<Example<TInput, TOutput>> examples, Faults faults)
    {
        faults.Try("Name", () => faults.Check(plugin.Name is { } name && NamePattern().IsMatch(name),
            $"Name must be lower-case letters, digits and hyphens, such as 'sentiment', but is '{plugin.Name}'."));
        faults.Try("Datasets", () => Datasets(plugin, faults));
        Constructor(plugin.GetType(), faults);
        faults.Try("Recipe", () => Ranges(nameof(plugin.Recipe), plugin.Recipe, faults));
        faults.Try("Generation", () => Ranges(nameof(plugin.Generation), plugin.Generation, faults));
        Json<TInput>([.. examples.Select(example => example.Input)], faults);
        Json<TOutput>([.. examples.Select(example => example.Output)], faults);
        faults.Try("ToText", () => faults.Check(examples.All(example => plugin.ToText(example.Output) is { } text && !text.Contains('\n', StringComparison.Ordinal)),
            "ToText must give one line of text, but gives several or null."));
        faults.Try("AnswerFile", () => faults.Check(plugin.AnswerFile is not { } file
            || (FilePattern().IsMatch(file.Extension ?? "") && examples.All(example => file.Write(example.Output) is not null && (file.Name is null || file.Name(example.Input) is not null))),
            "AnswerFile must have an Extension of letters and digits, such as 'srt', and render and name each example, but does not."));
        try
        {
            plugin.FromText("some text");
        }
        catch (FormatException)
        {
            // The task is asked with JSON: as it may be.
        }
        catch (Exception e)
        {
            faults.Add($"FromText must make an input of a line of text or throw a FormatException that says how to ask, but throws {e.GetType().Name}: {e.Message}");
        }

        faults.Try("Score", () => Score(plugin, examples, faults));
    }

    private static void Datasets<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, Faults faults)
    {
        var formats = plugin.Datasets.Select(adapter => adapter.Format).ToList();
        faults.Check(formats.Count > 0, "Datasets must hold an adapter or more, but holds none: the task could not be trained.");
        faults.Check(formats.Distinct(StringComparer.OrdinalIgnoreCase).Count() == formats.Count, $"Datasets must have formats of different names, but has {string.Join(", ", formats)}.");
        faults.Check(formats.TrueForAll(format => NamePattern().IsMatch(format ?? "")), $"A dataset's Format must be lower-case letters, digits and hyphens, as it is written on the command line, but one of {string.Join(", ", formats)} is not.");
    }

    private static void Constructor(Type plugin, Faults faults)
    {
        var asked = plugin.GetConstructors().Select(constructor => constructor.GetParameters().Select(parameter => parameter.ParameterType).ToList()).ToList();
        faults.Check(asked.Exists(types => types.TrueForAll(IsGiven)),
            $"{plugin.Name} must have a public constructor that asks for nothing but an options record with a parameterless constructor, ILogger<{plugin.Name}> and IHostServices, but has none.");

        static bool IsGiven(Type type) => type == typeof(IHostServices) || type.FullName?.StartsWith("Microsoft.Extensions.Logging.ILogger`1", StringComparison.Ordinal) == true
            || (type is { IsClass: true, IsAbstract: false } && type != typeof(string) && type.GetConstructor(Type.EmptyTypes) is not null);
    }

    private static void Ranges(string member, object record, Faults faults)
    {
        List<ValidationResult> results = [];
        if (!Validator.TryValidateObject(record, new(record), results, validateAllProperties: true))
        {
            faults.Add($"{member} must keep to its ranges, but does not: {string.Join(" ", results.Select(result => result.ErrorMessage))}");
        }
    }

    // Inputs and outputs cross files and the network as JSON.
    private static void Json<T>(IReadOnlyList<T> values, Faults faults)
    {
        try
        {
            foreach (var value in values)
            {
                var json = JsonSerializer.Serialize(value);
                faults.Check(JsonSerializer.Serialize(JsonSerializer.Deserialize<T>(json)) == json,
                    $"{typeof(T).Name} must come back from JSON as it went, but does not: {json}. Make it a record of public properties with init.");
            }
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            faults.Add($"{typeof(T).Name} must be readable and writable as JSON, but is not: {e.Message}");
        }
    }

    private static void Score<TInput, TOutput>(TaskPlugin<TInput, TOutput> plugin, IReadOnlyList<Example<TInput, TOutput>> examples, Faults faults)
    {
        var metrics = plugin.Score([.. examples.Select(example => new Answer<TInput, TOutput>(example.Input, example.Output, example.Output))]);
        if (!faults.Check(metrics.Count > 0, "Score must give a metric or more, but gives none: the first one picks the best checkpoint."))
        {
            return;
        }

        faults.Check(metrics.All(metric => double.IsFinite(metric.Value)), $"Score must give finite numbers, but gives {string.Join(", ", metrics.Select(metric => $"{metric.Name} {metric.Value}"))}.");
        faults.Check(metrics.Select(metric => metric.Name).Distinct(StringComparer.Ordinal).Count() == metrics.Count, $"Score must give metrics of different names, but gives {string.Join(", ", metrics.Select(metric => metric.Name))}.");

        // Right answers must not score worse than those of the neighbours.
        var wrong = plugin.Score([.. examples.Select((example, i) => new Answer<TInput, TOutput>(example.Input, examples[(i + 1) % examples.Count].Output, example.Output))]);
        var (best, other) = (metrics[0].Value, wrong[0].Value);
        faults.Check(metrics[0].LowerIsBetter ? best <= other : best >= other,
            $"Score must find right answers better than wrong ones, but gives them {metrics[0].Name} {best} against {other}{(metrics[0].LowerIsBetter ? ", where lower is better" : "")}. Set LowerIsBetter where a smaller figure is the better one.");
    }

    [GeneratedRegex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[A-Za-z0-9]+$")]
    private static partial Regex FilePattern();
}
