using System.Collections;
using Microsoft.Extensions.Configuration;

namespace Ptgp.Host.Configuration;

/// <summary>Settings from the environment or the command line, which remember how they were given.</summary>
internal sealed class OverridingProvider : ConfigurationProvider, IConfigurationSource
{
    /// <summary>What the names of environment variables begin with.</summary>
    public const string Prefix = "PTGP__";

    /// <summary>Says how a setting is taken back, to be read after what is wrong with it.</summary>
    public const string UnsetHint = " To unset it, write null.";

    /// <summary>What a setting is that takes back what weaker ones say, of its key and all beneath it.</summary>
    public const string Unset = "null";

    private readonly HashSet<string> unset = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> origins = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes the variables that begin with <see cref="Prefix"/>; two underscores stand for a colon.</summary>
    public static OverridingProvider FromEnvironment(IDictionary environment)
    {
        var provider = new OverridingProvider();
        foreach (DictionaryEntry variable in environment)
        {
            if (variable.Key is string name && name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && name.Length > Prefix.Length)
            {
                provider.Add(name[Prefix.Length..].Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value ?? "", $"environment variable {name}", mayUnset: true);
            }
        }

        return provider;
    }

    /// <summary>Takes settings written <c>key=value</c>.</summary>
    /// <param name="settings">The settings; a later one stands against an earlier one.</param>
    /// <param name="option">The option they were given with, such as <c>--set</c>.</param>
    /// <param name="mayUnset">Whether <see cref="Unset"/> takes back what weaker ones say; else it is a text like others.</param>
    /// <exception cref="ConfigurationException">One of them has no key or no equals sign, or is a part of another one's object or list.</exception>
    public static OverridingProvider FromCommandLine(IEnumerable<string> settings, string option, bool mayUnset = false)
    {
        var provider = new OverridingProvider();
        foreach (var setting in settings)
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw new ConfigurationException($"{option} must be given key=value, but is given '{setting}'.");
            }

            provider.Add(setting[..equals].Trim(), setting[(equals + 1)..], option, mayUnset);
        }

        foreach (var whole in provider.Data.Where(setting => setting.Value is { Length: > 0 } value && value[0] is '{' or '[').Select(setting => setting.Key))
        {
            if (provider.Data.Keys.FirstOrDefault(key => key.Length > whole.Length && IsWithin(key, whole)) is { } part)
            {
                throw new ConfigurationException($"{option} gives '{whole}' as a whole and '{part}', which is a part of it. Write the part into the whole, or leave one of them out.");
            }
        }

        return provider;
    }

    /// <summary>Says how the value of a key, or of one beneath it, was given.</summary>
    public string? OriginOf(string path) =>
        origins.FirstOrDefault(origin => IsWithin(origin.Key, path)).Value ?? origins.FirstOrDefault(origin => IsWithin(path, origin.Key)).Value;

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <inheritdoc />
    public override bool TryGet(string key, out string? value) => base.TryGet(key, out value) || IsUnset(key);

    /// <inheritdoc />
    public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) =>
        base.GetChildKeys(earlierKeys.Where(key => !IsUnset(parentPath is null ? key : $"{parentPath}:{key}")), parentPath);

    private bool IsUnset(string path) => unset.Any(key => IsWithin(path, key));

    private void Add(string path, string value, string origin, bool mayUnset)
    {
        origins[path] = origin;
        if (!mayUnset || value != Unset)
        {
            Set(path, value);
            return;
        }

        unset.Add(path);
        foreach (var key in Data.Keys.Where(key => IsWithin(key, path)).ToArray())
        {
            Data.Remove(key);
        }
    }

    private static bool IsWithin(string path, string key) => path.Equals(key, StringComparison.OrdinalIgnoreCase) || path.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase);
}
