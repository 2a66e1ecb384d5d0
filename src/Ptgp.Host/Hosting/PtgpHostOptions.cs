using Microsoft.Extensions.Logging;

namespace Ptgp.Hosting;

/// <summary>How Ptgp is set up inside another program.</summary>
public sealed record PtgpHostOptions
{
    /// <summary>Gets the configuration's file.</summary>
    /// <value>Null, the default, is <c>ptgp.json</c> in <see cref="WorkingFolder"/>, else the one beside the program.</value>
    public string? Configuration { get; init; }

    /// <summary>Gets settings as <c>--set</c> takes them, such as <c>backbones:base:device=cpu</c>, which stand against the file.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Gets the folder that relative paths are relative to.</summary>
    /// <value>The default is the process's.</value>
    public string WorkingFolder { get; init; } = Environment.CurrentDirectory;

    /// <summary>Gets what hears of devices and warnings; null for nobody.</summary>
    public ILogger? Logger { get; init; }
}
