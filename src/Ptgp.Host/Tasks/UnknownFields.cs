using System.Text.Json;
using Ptgp.Host.Configuration;

namespace Ptgp.Host.Tasks;

/// <summary>Warns of fields of JSON inputs that nothing reads, of each once, however many inputs have it. Safe to use from many threads.</summary>
/// <remarks>They are no error: files of data have columns that a task has no use for.</remarks>
internal sealed class UnknownFields(ITaskRunner runner, IConsoleLog log)
{
    // Objects whose fields are data, each with names of its own, would be told of without end.
    private const int Most = 32;

    private readonly HashSet<(string Within, string Name)> told = [];

    /// <summary>Warns of those of an input that were not told of yet.</summary>
    /// <param name="place">Where it stands, such as <c>in.jsonl(3)</c>; empty when there is but one.</param>
    /// <param name="json">The input.</param>
    public void Tell(string place, JsonElement json)
    {
        List<UnknownField> fresh;
        lock (told)
        {
            fresh = [.. runner.FindUnknown(json).Where(field => told.Count < Most && told.Add((field.Within, field.Name)))];
        }

        foreach (var fields in fresh.GroupBy(field => field.Within))
        {
            var known = fields.First().Known;
            var (names, has) = (string.Join(", ", fields.Select(Show)), string.Join(", ", known.Select(name => $"\"{name}\"")));
            log.Warn($"{place}{(place.Length > 0 ? ": " : "")}passed over, here and in further inputs: {names}. {(fields.Key.Length > 0 ? $"\"{fields.Key}\"" : $"An input of task '{runner.Name}'")} may have {has}.");
        }
    }

    private static string Show(UnknownField field) => $"\"{field.Name}\"{(
        Nearest.Find(field.Name, field.Known) is { } meant ? $" (did you mean \"{meant}\"?)"
        : IsOfWriting(field.Name) ? " (how to write is said by --generation or in the configuration)" : "")}";

    // The whole of them, or one.
    private static bool IsOfWriting(string name) => OptionKey.Of(typeof(GenerationOptions)).Select(key => key.Name).Prepend("generation").Any(key => Nearest.Distance(name, key) <= 1);
}
