using System.CommandLine;
using System.Text.Json.Nodes;
using Ptgp.Host.Configuration;
using Ptgp.Host.Hub;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp models list</c>: says which checkpoints the configuration names and the cache holds.</summary>
internal sealed class ModelsListCommand : IPtgpCommand
{
    private readonly Option<bool> json = new("--json") { Description = "Writes it as a JSON object." };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("list", "Lists the checkpoints that the configuration names and those that were pulled.") { json };
        command.SetAction(parsed => guard(parsed, async (context, cancellation) =>
        {
            var cache = ModelCache.Of(context.Variables, context.WorkingFolder);
            var (models, isConfigured) = Find(context, cache);
            var text = parsed.GetValue(json) ? AsJson(cache, models).ToJsonString(Json.Line) : AsText(context, cache, models, isConfigured);
            await context.Out.WriteLineAsync(text.AsMemory(), cancellation).ConfigureAwait(false);
            return ExitCode.Done;
        }));
        return command;
    }

    private static (List<ModelState> Models, bool IsConfigured) Find(CommandContext context, ModelCache cache)
    {
        var (models, isConfigured) = (new List<ModelState>(), true);
        try
        {
            var configuration = context.ReadConfiguration(checksPlugins: false, checksFolders: false);
            models.AddRange(configuration.Backbones.Select(backbone => ModelState.OfBackbone(backbone.Key, backbone.Value.Checkpoint, cache)));
        }
        catch (ConfigurationException fault)
        {
            // What was pulled is there whatever the configuration says.
            context.Log.Warn(fault.Message);
            isConfigured = false;
        }

        models.AddRange(cache.All.Where(pulled => models.TrueForAll(model => model.Path != pulled.Path)).ToList().Select(pulled => ModelState.OfPulled(pulled, cache)));
        return (models, isConfigured);
    }

    private static string AsText(CommandContext context, ModelCache cache, List<ModelState> models, bool isConfigured)
    {
        if (models.Count == 0)
        {
            return isConfigured ? $"There are no models, neither in the configuration nor in '{cache.Folder}'."
                : $"None were pulled to '{cache.Folder}', and what the configuration names is not known while it has faults.";
        }

        var table = Tables.Draw(context, ["backbone", "model", "family", "size", "state", "folder"], models.Select(model => (string[])
        [
            model.Backbone ?? "",
            model.Name + (model.Revision is not null and not HubReference.DefaultRevision ? $"@{model.Revision}" : model.Revision is null && model.Commit is { } commit ? $"@{commit[..12]}" : ""),
            model.Family ?? "",
            model.Bytes == model.Size ? Sizes.Say(model.Bytes) : $"{Sizes.Say(model.Bytes)} of {Sizes.Say(model.Size)}",
            model.State,
            model.Path ?? "",
        ]));
        return string.Join('\n', [table.TrimEnd('\n'), .. models.Where(model => model.Fault is not null).Select(model => $"'{model.Backbone ?? model.Name}': {model.Fault}")]);
    }

    private static JsonObject AsJson(ModelCache cache, List<ModelState> models) => new()
    {
        ["cache"] = cache.Folder,
        ["models"] = new JsonArray([.. models.Select(model => new JsonObject
        {
            ["backbone"] = model.Backbone,
            ["name"] = model.Name,
            ["revision"] = model.Revision,
            ["commit"] = model.Commit,
            ["family"] = model.Family,
            ["path"] = model.Path,
            ["bytes"] = model.Bytes,
            ["size"] = model.Size,
            ["state"] = model.State,
            ["fault"] = model.Fault,
        })]),
    };
}
