using System.Collections;
using Microsoft.Extensions.Configuration;
using Ptgp.Host.Hub;

namespace Ptgp.Host.Configuration;

/// <summary>Reads the host's configuration and finds everything wrong with it, before anything heavy is loaded.</summary>
internal sealed record ConfigurationReader
{
    /// <summary>Gets the file that was named; null to look for it, see <see cref="ConfigurationFile.Find"/>.</summary>
    public string? File { get; init; }

    /// <summary>Gets settings written <c>key=value</c>, which stand against all others.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Gets environment variables, of which those that begin with <c>PTGP__</c> stand against the file.</summary>
    public IDictionary Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the folder to look for the file in.</summary>
    public string WorkingFolder { get; init; } = System.Environment.CurrentDirectory;

    /// <summary>Gets whether what is named must be there; else folders that are not are taken as they are named.</summary>
    /// <value>The default is true.</value>
    public bool ChecksFolders { get; init; } = true;

    /// <summary>Gets what names the plugins in the configuration's folders; null to take any name for a plugin's.</summary>
    public Func<HostConfiguration, IReadOnlyCollection<string>>? FindPlugins { get; init; }

    /// <summary>Gets what finds more that is wrong with a configuration that does not hold, beside the faults that are known; null for nothing.</summary>
    public Func<HostConfiguration, IReadOnlyList<ConfigurationFault>, IEnumerable<ConfigurationFault>>? FindMore { get; init; }

    /// <summary>Reads.</summary>
    /// <exception cref="ConfigurationException">The configuration does not hold; the message names every fault.</exception>
    public HostConfiguration Read()
    {
        var file = ConfigurationFile.Find(File, WorkingFolder);
        var root = ConfigurationFile.Read(file, OverridingProvider.FromEnvironment(Environment), OverridingProvider.FromCommandLine(Settings, "--set", mayUnset: true));
        var (bound, faults) = OptionsBinder.Bind(typeof(HostConfiguration), root);
        var configuration = (HostConfiguration)bound! with { File = file, Root = root };
        var checks = new HostChecks(root, faults);
        configuration = checks.ResolvePaths(configuration, WorkingFolder, new(() => ModelCache.Of(Environment, WorkingFolder)), ChecksFolders);
        checks.CheckNames(configuration, FindPlugins);
        return checks.Faults.Count == 0 ? configuration : throw new ConfigurationException($"'{file}'", [.. checks.Faults, .. FindMore?.Invoke(configuration, checks.Faults) ?? []]);
    }
}
