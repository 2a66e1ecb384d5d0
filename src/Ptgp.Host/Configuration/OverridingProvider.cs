using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Ptgp.Host.Configuration;

/// <summary>Settings from the environment or the command line, which remember how they were given.</summary>
internal sealed class OverridingProvider : ConfigurationProvider, IConfigurationSource
{
    /// <summary>What the names of environment variables begin with.</summary>
    public const string Prefix = "PTGP__";

    private readonly Dictionary<string, string> origins = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes the variables that begin with <see cref="Prefix"/>; two underscores stand for a colon.</summary>
    public static OverridingProvider FromEnvironment(IDictionary environment)
    {
        var provider = new OverridingProvider();
        foreach (DictionaryEntry variable in environment)
        {
            if (variable.Key is string name && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && name.Length > Prefix.Length)
            {
                provider.Add(name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value ?? "", $"environment variable {name}");
            }
        }

        return provider;
    }

    /// <summary>Takes settings written <c>key=value</c>.</summary>
    /// <param name="settings">The settings; a later one stands against an earlier one.</param>
    /// <param name="option">The option they were given with, such as <c>--set</c>.</param>
    /// <exception cref="ConfigurationException">One of them has no key or no equals sign.</exception>
    public static OverridingProvider FromCommandLine(IEnumerable<string> settings, string option)
    {
        var provider = new OverridingProvider();
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new ConfigurationException($"{option} must be given key=value, but is given '{setting}'.");
            }

            provider.Add(setting[..equals].Trim(), setting[(equals + 1)..], option);
        }

        return provider;
    }

    /// <summary>Says how the value of a key, or of one beneath it, was given.</summary>
    public string? OriginOf(string path) =>
        origins.FirstOrDefault(origin => origin.Key.Equals(path, StringComparison.OrdinalIgnoreCase)
            || origin.Key.StartsWith(path + ":", StringComparison.OrdinalIgnoreCase)).Value;

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    private void Add(string path, string value, string origin)
    {
        Set(path, value);
        origins[path] = origin;
    }
}
