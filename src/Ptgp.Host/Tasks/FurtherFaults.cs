using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using Ptgp.Host.Configuration;
using Ptgp.Toolkit.Heads;

namespace Ptgp.Host.Tasks;

/// <summary>Finds, where options of writing are at fault by themselves, what else is wrong with them, so that all is told at once. No plugin runs.</summary>
internal static class FurtherFaults
{
    /// <summary>Finds what else is wrong with a configuration that does not hold.</summary>
    public static IEnumerable<ConfigurationFault> Of(HostConfiguration configuration, IReadOnlyList<ConfigurationFault> known) => configuration.Tasks.Keys.SelectMany(task =>
    {
        var section = $"tasks:{task}:generation:";
        var wrong = known.Where(fault => fault.Path.StartsWith(section, StringComparison.OrdinalIgnoreCase)).Select(fault => fault.Path[section.Length..]);
        GenerationSources sources = new() { Configuration = configuration, Task = task, Caller = new() };
        return Find(sources, wrong).Select(sources.Fault);
    });

    /// <summary>Finds what else is wrong with what a caller asked for.</summary>
    public static IEnumerable<ConfigurationFault> Of(HostConfiguration configuration, string task, GenerationOptions caller, IReadOnlyList<ConfigurationFault> known)
    {
        var asked = GenerationSources.AskedIn(caller).ToHashSet();
        return Find(new() { Configuration = configuration, Task = task, Caller = caller }, known.Select(fault => fault.Path)).Where(fault => asked.Contains(fault.Option)).Select(fault => new ConfigurationFault(fault.Option, fault.Reason));
    }

    // What a plugin or a checkpoint would ask for beside is not known here: of options that do not go together both must have been asked for.
    private static IEnumerable<OptionFault> Find(GenerationSources sources, IEnumerable<string> known)
    {
        var wrong = known.Select(path => path.Split(':')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var (options, asked) = (sources.All, GenerationSources.AskedIn(sources.All).ToHashSet());
        var facts = Facts(sources, WrittenForm.NameOf(options) is not null);
        options = facts.Tokenizer is null ? options with { JsonSchema = null, Regex = null } : options;
        return ResolvedOptions.FindFaults(options, facts).Where(fault => !fault.Options.Any(wrong.Contains) && fault.Options.Take(2).All(asked.Contains));
    }

    // Of any backbone, where the task's own cannot be looked at.
    private static DecoderFacts Facts(GenerationSources sources, bool isFormed)
    {
        try
        {
            var folder = CheckpointFolder.Open(sources.Configuration.Backbones[sources.Configuration.Tasks[sources.Task].Backbone].Checkpoint);
            return DecoderFacts.Of(folder.Config) with { Tokenizer = isFormed ? folder.LoadTokenizer() : null };
        }
        catch (Exception unknown) when (unknown is CheckpointException or KeyNotFoundException or ArgumentException or IOException)
        {
            return new(int.MaxValue, 0, 0);
        }
    }
}
