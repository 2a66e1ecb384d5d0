using Ptgp.Backbone;
using Ptgp.Backbone.Generation;
using Ptgp.Host.Configuration;
using Ptgp.Toolkit.Heads;

namespace Ptgp.Host.Tasks;

/// <summary>How a task writes, and who asked for what of it: the caller, the configuration, the plugin or the checkpoint, of which each stands over those behind it.</summary>
internal sealed record GenerationSources
{
    private const string CallersOption = "--generation";

    private static readonly Dictionary<string, OptionKey> keys = OptionKey.Of(typeof(GenerationOptions)).ToDictionary(key => key.Name);

    /// <summary>Gets the configuration that holds the task.</summary>
    public required HostConfiguration Configuration { get; init; }

    /// <summary>Gets the task's name.</summary>
    public required string Task { get; init; }

    /// <summary>Gets what the caller asks for.</summary>
    public required GenerationOptions Caller { get; init; }

    /// <summary>Gets what the plugin asks for.</summary>
    public GenerationOptions Plugin { get; init; } = new();

    /// <summary>Gets what the checkpoint asks for.</summary>
    public GenerationOptions Checkpoint { get; init; } = new();

    /// <summary>Gets what stands.</summary>
    public GenerationOptions All => Caller.Or(Standing);

    private GenerationOptions Own => Configuration.Tasks[Task].Generation;

    // What stands when nobody calls.
    private GenerationOptions Standing => Own.Or(Plugin).Or(Checkpoint);

    private string Section => $"tasks:{Task}:generation";

    /// <summary>Names the options that any of these asks for.</summary>
    public static IEnumerable<string> AskedIn(params IEnumerable<GenerationOptions> options) => keys.Values.Where(key => options.Any(each => key.Property.GetValue(each) is not null)).Select(key => key.Name);

    /// <summary>Finds what is wrong with what stands.</summary>
    public IReadOnlyList<OptionFault> FindFaults(CheckpointFolder folder) => ResolvedOptions.FindFaults(All, FactsOf(folder));

    /// <summary>Blames options where they were asked for.</summary>
    public ConfigurationException Blame(IEnumerable<OptionFault> faults)
    {
        ConfigurationFault[] all = [.. faults.Select(Fault)];
        return Array.TrueForAll(all, fault => fault.Origin == CallersOption)
            ? new(CallersOption, [.. all.Select(fault => fault with { Path = fault.Path[(Section.Length + 1)..], Origin = null })])
            : new($"'{Configuration.File}'", all);
    }

    /// <summary>Says where a fault lies, and where what it does not go with comes from, if that is elsewhere.</summary>
    public ConfigurationFault Fault(OptionFault fault)
    {
        var origin = OriginOf(fault.Option);
        var others = fault.Beside.Where(other => IsAsked(other) && OriginOf(other) != origin).Select(other => $" {other} comes from {OriginOf(other) ?? "the file"}.");
        return new($"{Section}:{fault.Option}", fault.Reason + string.Concat(others), origin);
    }

    /// <summary>Finds what was asked for in vain: options that change nothing beside those that stand. What a plugin asks for in the same way has a use of its own, and so have others that are idle for the same reason.</summary>
    /// <param name="folder">The backbone's checkpoint.</param>
    /// <returns>A sentence each.</returns>
    public IEnumerable<string> FindIdle(CheckpointFolder folder)
    {
        var facts = FactsOf(folder);
        var known = Idle(Plugin, Plugin.Or(Checkpoint)).Select(idle => idle.Reason).ToHashSet();
        var now = Idle(Own, All).Select(idle => idle.Option).ToHashSet();
        return Say(Section, Idle(Own, Standing).Where(idle => now.Contains(idle.Option))).Concat(Say(CallersOption, Idle(Caller, All)));

        IEnumerable<IdleOption> Idle(GenerationOptions asked, GenerationOptions all) => ResolvedOptions.FindFaults(all, facts).Count > 0 ? [] : IdleOptions.Find(asked, ResolvedOptions.From(all, facts));

        IEnumerable<string> Say(string where, IEnumerable<IdleOption> idle) => idle.Where(each => !known.Contains(each.Reason)).GroupBy(each => each.Reason, each => each.Option).Select(names => Sentence(where, names, names.Key));
    }

    /// <summary>Says of all options that they change nothing.</summary>
    /// <param name="reason">Why.</param>
    public IEnumerable<string> AllIdle(string reason)
    {
        (string Where, string[] Names)[] all = [(Section, [.. AskedIn(Own)]), (CallersOption, [.. AskedIn(Caller)])];
        return all.Where(each => each.Names.Length > 0).Select(each => Sentence(each.Where, each.Names, reason));
    }

    private static string Sentence(string where, IEnumerable<string> names, string reason)
    {
        string[] all = [.. names];
        return $"{where}: {string.Join(" and ", new[] { string.Join(", ", all[..^1]), all[^1] }.Where(part => part.Length > 0))} change{(all.Length == 1 ? "s" : "")} nothing, since {reason}.";
    }

    private DecoderFacts FactsOf(CheckpointFolder folder) => DecoderFacts.Of(folder.Config) with { Tokenizer = WrittenForm.NameOf(All) is not null ? folder.LoadTokenizer() : null };

    private bool IsAsked(string name) => AskedIn(All).Contains(name);

    // Null for the configuration's file.
    private string? OriginOf(string name)
    {
        bool Has(GenerationOptions options) => keys[name].Property.GetValue(options) is not null;
        return Has(Caller) ? CallersOption
            : Has(Own) ? Configuration.Root is { } root ? new Origins(root).Find($"{Section}:{name}") : null
            : Has(Plugin) ? $"plugin '{Configuration.Tasks[Task].Plugin}'"
            : Has(Checkpoint) ? "generation_config.json of the checkpoint"
            : null;
    }
}
