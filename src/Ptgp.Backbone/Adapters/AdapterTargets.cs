namespace Ptgp.Backbone;

/// <summary>Which projections of a backbone a recipe's targets name.</summary>
public static class AdapterTargets
{
    /// <summary>Finds the paths of the projections called by one of <paramref name="targets"/>, such as <c>q</c>, in every layer.</summary>
    /// <param name="parameterNames">The backbone's canonical parameter names.</param>
    /// <param name="targets">The last parts of the paths.</param>
    /// <exception cref="ArgumentException">The backbone has no projection of such a name; the message names the ones it has.</exception>
    public static IReadOnlyList<string> Find(IEnumerable<string> parameterNames, IReadOnlyCollection<string> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        const string Weight = ".weight";
        var paths = parameterNames
            .Where(name => name.EndsWith(Weight, StringComparison.Ordinal))
            .Select(name => name[..^Weight.Length])
            .Where(IsProjection).ToLookup(path => path[(path.LastIndexOf('.') + 1)..]);
        foreach (var target in targets.Where(target => !paths.Contains(target)))
        {
            throw new ArgumentException(
                $"A recipe's targets must be projections of the backbone, but it has none called '{target}'. It has {string.Join(", ", paths.Select(group => $"'{group.Key}'").Order())}.");
        }

        return [.. targets.Distinct().SelectMany(target => paths[target]).Order(StringComparer.Ordinal)];
    }

    /// <summary>Tells whether a path is that of a projection of attention or of a feed-forward layer.</summary>
    internal static bool IsProjection(string path)
    {
        var parts = path.Split('.');
        return parts.Length >= 2 && parts[^2] is "self_attention" or "cross_attention" or "feed_forward" or "distances";
    }
}
