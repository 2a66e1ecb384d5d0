using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Backbone.Weights;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp models inspect</c>: says what a checkpoint is, from its headers alone.</summary>
internal sealed class ModelsCommand : IPtgpCommand
{
    private readonly Argument<string> path = new("PATH") { Description = "The folder of a checkpoint." };
    private readonly Option<bool> json = new("--json") { Description = "Writes it as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var inspect = new Command("inspect", "Says what a checkpoint is and can do, without loading its weights.") { path, json };
        inspect.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            var found = Inspect(context.Resolve(parsed.GetRequiredValue(path)));
            var text = parsed.GetValue(json) ? found.ToJsonString(Json.Line) : AsText(found);
            await context.Out.WriteLineAsync(text.AsMemory(), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }));
        return new Command("models", "Looks at checkpoints and fetches them.") { inspect, new ModelsPullCommand().Create(guard), new ModelsListCommand().Create(guard) };
    }

    private static JsonObject Inspect(string folder)
    {
        var checkpoint = CheckpointFolder.Open(folder);
        using var files = WeightFiles.Open(folder);
        var entries = files.Names.Select(name => files[name]).ToList();
        var (about, config) = (checkpoint.Describe(Path.GetFileName(folder)), checkpoint.Config);
        return new()
        {
            ["path"] = folder,
            ["family"] = about.Family,
            ["features"] = new JsonArray([.. Enum.GetValues<BackboneFeatures>().Where(feature => feature != 0 && about.Features.HasFlag(feature)).Select(feature => (JsonNode)feature.ToString())]),
            ["encoderLayers"] = config.Encoder?.Layers ?? 0,
            ["decoderLayers"] = config.Decoder?.Layers ?? 0,
            ["width"] = about.Width,
            ["vocabulary"] = about.Vocabulary,
            ["maxLength"] = Bound(about.MaxLength),
            ["maxTargetLength"] = Bound(about.MaxTargetLength),
            ["tensors"] = entries.Count,
            ["parameters"] = entries.Sum(entry => entry.Shape.Aggregate(1L, (product, size) => product * size)),
            ["bytes"] = entries.Sum(entry => entry.Length),
            ["dtypes"] = new JsonArray([.. entries.Select(entry => entry.ToString().Split(' ')[0]).Distinct().Select(type => (JsonNode)type)]),
            ["generation"] = Json.OfOptions(checkpoint.Generation),
        };
    }

    private static string AsText(JsonObject found)
    {
        var width = found.Max(pair => pair.Key.Length);
        return string.Join('\n', found.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key.PadRight(width)}  {Say(pair.Value!)}"));
    }

    private static string Say(JsonNode value) => value switch
    {
        JsonArray list => string.Join(", ", list),
        JsonObject options => string.Join(", ", options.Select(option => $"{option.Key} {option.Value?.ToJsonString(Json.Line)}")),
        JsonValue number when number.TryGetValue<long>(out var count) => count.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' '),
        _ => value.ToString(),
    };

    private static int? Bound(int length) => length == int.MaxValue ? null : length;
}
