using Microsoft.Extensions.Configuration;

namespace Ptgp.Host.Configuration;

/// <summary>Tells where a value comes from: the file, the environment or the command line.</summary>
internal sealed class Origins(IConfigurationRoot root)
{
    /// <summary>Names where the value of a key, or of the nearest key above it, comes from; null for the file.</summary>
    public string? Find(string path)
    {
        for (var key = path; ; key = key[..key.LastIndexOf(':')])
        {
            if (root.Providers.LastOrDefault(provider => Has(provider, key)) is { } provider)
            {
                return (provider as OverridingProvider)?.OriginOf(key);
            }

            if (!key.Contains(':', StringComparison.Ordinal))
            {
                return null;
            }
        }
    }

    /// <summary>Tells whether a key that has both a value of its own and keys beneath it got the value later.</summary>
    public bool IsScalar(string path) =>
        root.Providers.LastOrDefault(provider => Has(provider, path)) is { } provider && provider.TryGet(path, out var value) && !string.IsNullOrEmpty(value);

    private static bool Has(IConfigurationProvider provider, string path) =>
        provider.TryGet(path, out _) || provider.GetChildKeys([], path).Any();
}
