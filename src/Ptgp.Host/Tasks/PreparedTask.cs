using Ptgp.Backbone;
using Ptgp.Host.Configuration;
using Ptgp.Host.Training;

namespace Ptgp.Host.Tasks;

/// <summary>A task of which everything holds that can be seen without making a head.</summary>
/// <param name="Settings">What the configuration says of it.</param>
/// <param name="Plugin">Its plugin.</param>
/// <param name="Folder">The checkpoint.</param>
/// <param name="Description">What the backbone is and can.</param>
/// <param name="Device">Where and with what it computes.</param>
/// <param name="Generation">How it writes.</param>
internal sealed record PreparedTask(
    TaskConfiguration Settings, ITaskPlugin Plugin, CheckpointFolder Folder, BackboneDescription Description, ComputeDevice Device, GenerationSources Generation)
{
    private bool Writes => Plugin.Needs.HasFlag(BackboneFeatures.Writes);

    /// <summary>Gets the folder that training wrote for it; null for none.</summary>
    public string? Trained => Settings.Adapter is { } adapter ? TrainedTask.Find(adapter) : null;

    /// <summary>Gets why texts end sooner than was asked for; null where they do not.</summary>
    public string? WhyUnreachable => Generation.All.MaxNewTokens is { } most && most > Description.MaxTargetLength && Writes
        ? $"maxNewTokens is {most}, but backbone '{Description.Name}' has {Description.MaxTargetLength} positions: texts end there at the latest."
        : null;

    /// <summary>Gets which options of writing were asked for in vain, and why.</summary>
    public IEnumerable<string> WhyIdle => Writes ? Generation.FindIdle(Folder) : Generation.AllIdle($"plugin '{Plugin.Name}' does not write its answers here");
}
