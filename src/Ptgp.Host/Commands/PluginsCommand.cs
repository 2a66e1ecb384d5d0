using System.CommandLine;
using System.Text.Json.Nodes;
using Ptgp.Host.Configuration;
using Ptgp.Host.Plugins;

namespace Ptgp.Host.Commands;

/// <summary><c>ptgp plugins</c>: says which plugins there are, and why others cannot be used.</summary>
internal sealed class PluginsCommand : IPtgpCommand
{
    private readonly Argument<string?> path = new("PATH") { Description = "The folder of a plugin, or of several. By default those of the configuration.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> json = new("--json") { Description = "Writes it as a JSON object.", Recursive = true };

    public Command Create(CommandGuard guard)
    {
        var command = new Command("plugins", "Lists plugins, and says why some cannot be used.") { json };
        var list = new Command("list", "Lists the plugins that are found. None of their code runs.");
        var doctor = new Command("doctor", "Tries plugins: checks their files and makes an instance of each.") { path };
        var @lock = new Command("lock", "Lists the files of all plugins as trusted, in plugins.lock.json beside the configuration.");
        command.SetAction(parsed => guard(parsed, (context, _) => ListAsync(parsed, context)));
        list.SetAction(parsed => guard(parsed, (context, _) => ListAsync(parsed, context)));
        doctor.SetAction(parsed => guard(parsed, (context, _) => DoctorAsync(parsed, context)));
        @lock.SetAction(parsed => guard(parsed, (context, _) => LockAsync(context)));
        command.Add(list);
        command.Add(doctor);
        command.Add(@lock);
        return command;
    }

    private async Task<int> ListAsync(ParseResult parsed, CommandContext context)
    {
        var catalog = PluginDiscovery.Find(context.ReadConfiguration(checksPlugins: false));
        await WriteAsync(parsed, context, catalog.Plugins, catalog.Faults).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private async Task<int> DoctorAsync(ParseResult parsed, CommandContext context)
    {
        var given = parsed.GetValue(path) is { } folder ? Path.TrimEndingDirectorySeparator(context.Resolve(folder)) : null;
        if (given is not null && !Directory.Exists(given))
        {
            throw new UsageException($"PATH must name a folder, but there is {(File.Exists(given) ? "a file" : "nothing")} at '{given}'.");
        }

        var isOne = given is not null && File.Exists(Path.Combine(given, Path.GetFileName(given) + ".dll"));
        var catalog = given is null ? PluginDiscovery.Find(context.ReadConfiguration(checksPlugins: false)) : PluginCatalog.Discover([isOne ? Path.GetDirectoryName(given)! : given]);
        var faults = catalog.Faults.Where(fault => !isOne || fault.Path == given || fault.Path.StartsWith(given + Path.DirectorySeparatorChar, StringComparison.Ordinal)).ToList();
        var good = catalog.Plugins.Where(plugin => (!isOne || plugin.Folder == given) && Try(plugin, context.Log, faults)).ToList();
        if (good.Count == 0 && faults.Count == 0)
        {
            throw new UserException($"There must be a plugin to look at, as FOLDER/Name/Name.dll, but there is none{(given is null ? "" : $" in '{given}'")}.");
        }

        await WriteAsync(parsed, context, good, faults).ConfigureAwait(false);
        return faults.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<int> LockAsync(CommandContext context)
    {
        var configuration = context.ReadConfiguration(checksPlugins: false);
        var listed = PluginLock.Of(configuration.PluginFolders);
        listed.Save(PluginDiscovery.LockFile(configuration));
        await context.Out.WriteLineAsync($"{Tables.Count(listed.Plugins.Count, "plugin")} listed in '{PluginDiscovery.LockFile(configuration)}': {string.Join(", ", listed.Plugins)}.").ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static bool Try(Plugin plugin, IConsoleLog log, List<PluginFault> faults)
    {
        try
        {
            plugin.Create(new() { TaskName = plugin.Name, Log = log }).Dispose();
            return true;
        }
        catch (PluginException refused)
        {
            faults.Add(refused.Fault);
            return false;
        }
    }

    private Task WriteAsync(ParseResult parsed, CommandContext context, IReadOnlyList<Plugin> plugins, IReadOnlyList<PluginFault> faults)
    {
        var text = parsed.GetValue(json)
            ? new JsonObject
            {
                ["plugins"] = new JsonArray([.. plugins.Select(plugin => new JsonObject
                {
                    ["name"] = plugin.Name,
                    ["version"] = plugin.Version.ToString(),
                    ["contract"] = plugin.Contract.ToString(),
                    ["folder"] = plugin.Folder,
                })]),
                ["faults"] = new JsonArray([.. faults.Select(fault => new JsonObject
                {
                    ["plugin"] = fault.Plugin,
                    ["path"] = fault.Path,
                    ["code"] = OptionTypes.Choice(fault.Code.ToString()),
                    ["reason"] = fault.Reason,
                    ["hint"] = fault.Hint,
                })]),
            }.ToJsonString(Json.Line)
            : string.Join('\n', (string[])
            [
                .. plugins.Select(plugin => $"{plugin.Name}  {plugin.Version.ToString(3)}, contract {plugin.Contract}, in '{plugin.Folder}'"),
                .. faults.Select(fault => $"{fault}"),
                .. plugins.Count + faults.Count == 0 ? (string[])["No plugins were found."] : [],
            ]);
        return context.Out.WriteLineAsync(text);
    }
}
