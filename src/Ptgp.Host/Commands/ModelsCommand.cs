using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ptgp.Backbone;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp models inspect</c>: says what a checkpoint is, from its headers alone.</summary>
internal sealed class ModelsCommand : IPtgpCommand
{
    // Of special tokens, which may be hundreds of languages.
    private const int Shown = 16;

    private readonly Argument<string> path = new("PATH") { Description = "The folder of a checkpoint, or hub:NAME[@REVISION] for one that was pulled." };
    private readonly Option<bool> json = new("--json") { Description = "Writes it as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var inspect = new Command("inspect", "Says what a checkpoint is and can do, without loading its weights.") { path, json };
        inspect.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            var (folder, isForScripts) = (Given.Model(context, parsed.GetRequiredValue(path), "PATH"), parsed.GetValue(json));
            JsonObject found;
            try
            {
                found = CheckpointReport.Of(folder);
            }
            catch (CheckpointException fault) when (isForScripts)
            {
                found = CheckpointReport.OfNone(folder, fault);
            }

            var text = isForScripts ? found.ToJsonString(Json.Line) : AsText(found);
            await context.Out.WriteLineAsync(text.AsMemory(), cancellation).ConfigureAwait(false);
            return (bool)found["ok"]! ? ExitCode.Done : ExitCode.Failed;
        }));
        return new Command("models", "Looks at checkpoints, makes and fetches them.") { inspect, new ModelsNewCommand().Create(guard), new ModelsConvertCommand().Create(guard), new ModelsPullCommand().Create(guard), new ModelsListCommand().Create(guard) };
    }

    private static string AsText(JsonObject found)
    {
        var width = found.Max(pair => pair.Key.Length);
        return string.Join('\n', found.Where(pair => pair.Value is not (null or JsonArray { Count: 0 })).Select(pair => $"{pair.Key.PadRight(width)}  {Say(pair.Value!, new string(' ', width + 2))}"));
    }

    private static string Say(JsonNode value, string margin) => value switch
    {
        JsonArray list when list.Any(item => item!.ToString().Contains(' ', StringComparison.Ordinal)) => string.Join('\n' + margin, list), // sentences
        JsonArray list => string.Join(", ", list),
        JsonObject options => string.Join(", ", options.Take(Shown).Select(option => $"{option.Key} {Value(option.Value)}")) + (options.Count > Shown ? $", … ({options.Count})" : ""),
        _ => Value(value),
    };

    private static string Value(JsonNode? value) => value is JsonValue number && number.TryGetValue<long>(out var count)
        ? count.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ')
        : value is JsonValue text && text.TryGetValue<string>(out var word) ? word : value?.ToJsonString(Json.Line) ?? "";
}
