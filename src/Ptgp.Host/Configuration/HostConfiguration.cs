using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Ptgp.Host.Configuration;

/// <summary>What <c>ptgp.json</c> holds, checked and with absolute paths. </summary>
internal sealed record HostConfiguration
{
    /// <summary>Gets where plugins are found.</summary>
    public PluginsConfiguration Plugins { get; init; } = new();

    /// <summary>Gets the place of the JSON Schema, for editors.</summary>
    [ConfigurationKeyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>Gets the backbones, by the names that tasks call them.</summary>
    public IReadOnlyDictionary<string, BackboneConfiguration> Backbones { get; init; } = new Dictionary<string, BackboneConfiguration>();

    /// <summary>Gets the tasks, by the names that commands call them.</summary>
    public IReadOnlyDictionary<string, TaskConfiguration> Tasks { get; init; } = new Dictionary<string, TaskConfiguration>();

    /// <summary>Gets all folders that hold plugins: the one beside the executable first, then <see cref="PluginsConfiguration.Folders"/>.</summary>
    public IReadOnlyList<string> PluginFolders => [Path.Combine(AppContext.BaseDirectory, "plugins"), .. Plugins.Folders];

    /// <summary>Gets the file it was read from.</summary>
    internal string File { get; init; } = ConfigurationFile.DefaultName;

    /// <summary>Gets all settings as they were given, for faults that are found later.</summary>
    internal IConfigurationRoot? Root { get; init; }

    /// <summary>Makes the record of a plugin's own options from <c>tasks:&lt;name&gt;:options</c>, and finds what does not fit it.</summary>
    public (object? Options, IReadOnlyList<ConfigurationFault> Faults) BindOptions(string task, Type type) =>
        OptionsBinder.Bind(type, Tasks[task].Options ?? new ConfigurationManager().GetSection($"tasks:{task}:options"), Root);

    /// <summary>Says of an option that does not hold, as its plugin found, which key it is and where its value comes from.</summary>
    public ConfigurationFault OptionFault(string task, OptionException fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var path = $"tasks:{task}:options:{fault.Option}";
        return new(path, fault.Reason, Root is null ? null : new Origins(Root).Find(path));
    }
}

/// <summary>Where plugins are found and which are loaded.</summary>
internal sealed record PluginsConfiguration
{
    /// <summary>Gets further folders that hold a folder for each plugin. The folder <c>plugins</c> beside the executable is always searched.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>Gets which plugins are loaded.</summary>
    /// <value>The default is <see cref="PluginTrust.Any"/>.</value>
    public PluginTrust Trust { get; init; } = PluginTrust.Any;
}

/// <summary>Which plugins are loaded.</summary>
internal enum PluginTrust
{
    /// <summary>All that are found.</summary>
    Any,

    /// <summary>Those whose files stand with their SHA-256 in <c>plugins.lock.json</c>.</summary>
    Listed,
}

/// <summary>A checkpoint and how it is held.</summary>
internal sealed record BackboneConfiguration
{
    /// <summary>Gets the folder of the checkpoint, or <c>hub:NAME@REVISION</c> for one that <c>ptgp models pull</c> fetched.</summary>
    public required string Checkpoint { get; init; }

    /// <summary>Gets where it computes: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    /// <value>The default is <c>auto</c>: CUDA where there is one, else the CPU.</value>
    [DeviceName]
    public string Device { get; init; } = "auto";

    /// <summary>Gets what it computes with.</summary>
    /// <value>The default is <see cref="DtypeChoice.Auto"/>.</value>
    public DtypeChoice Dtype { get; init; } = DtypeChoice.Auto;

    /// <summary>Gets how many threads it computes with on the CPU.</summary>
    /// <value>From 1 to 1024. Null, the default, leaves it to libtorch: one a core.</value>
    [Range(1, 1024)]
    public int? Threads { get; init; }

    /// <summary>Gets whether what a request is answered may depend in its last bits on what else is written at the same time.</summary>
    /// <value>The default is <see cref="Determinism.Fast"/>.</value>
    public Determinism Determinism { get; init; }

    /// <summary>Gets how many megabytes the keys and values of all that is being written may take. Requests that find them taken wait.</summary>
    /// <value>From 1 to 1000000. Null, the default, is a quarter of the memory there is.</value>
    [Range(1, 1_000_000)]
    public int? KeyValueMemory { get; init; }
}

/// <summary>How much what a request is answered may depend on others.</summary>
internal enum Determinism
{
    /// <summary>In the last bits of its scores.</summary>
    Fast,

    /// <summary>Not at all: scores and states are the same to the bit, whatever shares the batch. Slower; on the CPU.</summary>
    Strict,
}

/// <summary>What a backbone computes with.</summary>
internal enum DtypeChoice
{
    /// <summary>float32 on the CPU, bfloat16 on CUDA.</summary>
    Auto,

    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>16 bits with the range of 32.</summary>
    Bfloat16,

    /// <summary>16 bits.</summary>
    Float16,

    /// <summary>8 bits a weight and input in linear layers when nothing is learned, 32 elsewhere; on the CPU.</summary>
    Int8,
}

/// <summary>A task: a plugin on a backbone.</summary>
internal sealed record TaskConfiguration
{
    /// <summary>Gets the name of the plugin, such as <c>translation</c>.</summary>
    public required string Plugin { get; init; }

    /// <summary>Gets which of <c>backbones</c> it runs on.</summary>
    public required string Backbone { get; init; }

    /// <summary>Gets the folder that <c>ptgp train</c> or PEFT wrote for this task, or <c>hub:NAME@REVISION</c>.</summary>
    /// <value>Null, the default, is the checkpoint as it is.</value>
    public string? Adapter { get; init; }

    /// <summary>Gets the plugin's own options; see its page.</summary>
    /// <remarks><see cref="HostConfiguration.BindOptions"/> makes the plugin's record of it.</remarks>
    public IConfigurationSection? Options { get; init; }

    /// <summary>Gets the task's share of what is written at once, beside those of other tasks, when there is more to do than room.</summary>
    /// <value>Above 0. The default is 1.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double Weight { get; init; } = 1;

    /// <summary>Gets how it writes.</summary>
    public GenerationOptions Generation { get; init; } = new();
}
