using TorchSharp.Modules;

namespace Ptgp.Backbone;

/// <summary>Reads adapters as the PEFT library saves them.</summary>
internal static class PeftFormat
{
    /// <summary>What all names of tensors begin with.</summary>
    public const string Prefix = "base_model.model.";

    /// <summary>Reads an adapter.</summary>
    /// <exception cref="CheckpointException">It is of a kind that Ptgp does not know, is broken, or was made for another backbone.</exception>
    public static AdapterParts Read(PeftConfig config, AdapterFile file, PeftModules modules)
    {
        // An adapter of a model without output layer or head lacks the name of the base within it.
        var inner = Prefix + modules.BasePrefix;
        var lacksBase = modules.BasePrefix.Length > 0 && !file.Names.Any(name => name.StartsWith(inner, StringComparison.Ordinal));
        string NameOf(string theirs) => lacksBase && theirs.StartsWith(modules.BasePrefix, StringComparison.Ordinal) ? theirs[modules.BasePrefix.Length..] : theirs;

        var type = config.Reader.Text("peft_type");
        var parts = type switch
        {
            "LORA" => LoraFormat.Read(config, file, modules, NameOf),
            "IA3" => ScalingFormat.Read(config, file, modules, NameOf),
            "PROMPT_TUNING" => PromptFormat.ReadPrompt(config, file, modules),
            "PREFIX_TUNING" => PromptFormat.ReadPrefix(config, file, modules),
            _ => throw new CheckpointException($"{config.Path}: 'peft_type' must be LORA, IA3, PROMPT_TUNING or PREFIX_TUNING, but is '{type}'."),
        };
        var (replacements, heads) = ReadSavedModules(config, file, modules, NameOf);
        parts = parts with { Replacements = parts.Replacements.Concat(replacements).ToDictionary(StringComparer.Ordinal), Heads = heads, Origin = config.Origin, LacksBase = lacksBase };
        CheckWhole(config, file, modules, parts, NameOf);
        return parts.Deltas.Count + parts.Replacements.Count + heads.Count > 0 || parts.Prompt is not null || parts.Prefix is not null
            ? parts
            : throw new CheckpointException($"Adapter '{file.Path}' must hold deltas, but holds no tensor.");
    }

    // What the configuration names and the file lacks would go unnoticed else.
    private static void CheckWhole(PeftConfig config, AdapterFile file, PeftModules modules, AdapterParts parts, Func<string, string> nameOf)
    {
        var targets = new ModuleTargets(config);
        if (modules.All.Values.FirstOrDefault(module => module.IsProjection && !parts.Deltas.ContainsKey(module.Paths[0]) && targets.Contains(nameOf(module.Name), true) == true) is { } lacking)
        {
            throw new CheckpointException($"Adapter '{file.Path}' is not whole: {PeftConfig.FileName} names '{nameOf(lacking.Name)}', but there is nothing for it.");
        }
    }

    // What is saved whole: tables of the backbone, which stand for its own, and heads, which are whoever's who asks for them.
    private static (Dictionary<string, Parameter> Replacements, Dictionary<string, Parameter> Heads) ReadSavedModules(
        PeftConfig config, AdapterFile file, PeftModules modules, Func<string, string> nameOf)
    {
        Dictionary<string, Parameter> replacements = new(StringComparer.Ordinal), heads = new(StringComparer.Ordinal);
        var tables = modules.All.Values.Where(module => !module.IsProjection).ToDictionary(module => nameOf(module.Name) + ".weight", StringComparer.Ordinal);
        var known = modules.Known.Select(nameOf).ToHashSet(StringComparer.Ordinal);
        var saved = config.SavedModules;
        foreach (var name in file.Untaken)
        {
            var own = name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : null;
            if (own is null || !saved.Any(module => $".{own}.".Contains($".{module}.", StringComparison.Ordinal)))
            {
                throw new CheckpointException($"Adapter '{file.Path}' has a tensor '{name}', for which this backbone has no place. Name the backbone that it was made for.");
            }

            if (tables.TryGetValue(own, out var table))
            {
                replacements.Add(table.Paths[0] + ".weight", new(file.Take(name, modules.Table(table.Paths[0]).shape)));
            }
            else
            {
                heads.Add(own, known.Contains(own)
                    ? throw new CheckpointException($"{config.Path}: 'modules_to_save' must name embeddings, the output layer or heads, but '{own}' is another part of the backbone.")
                    : new(file.Take(name, [.. file.Find(name)!.Shape])));
            }
        }

        return (replacements, heads);
    }
}
