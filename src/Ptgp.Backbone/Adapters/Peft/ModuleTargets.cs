namespace Ptgp.Backbone;

/// <summary>Which modules an adapter's configuration means, by PEFT's rules: names or ends of names, an expression over whole names, or all projections; less those excluded, and in some layers alone.</summary>
internal sealed class ModuleTargets
{
    private readonly string? expression, excludedExpression;
    private readonly IReadOnlyList<string> names, excludedNames, layerPatterns;
    private readonly IReadOnlyList<int> layers;

    public ModuleTargets(PeftConfig config, string field = "target_modules")
    {
        (expression, names) = Read(config, field);
        (excludedExpression, excludedNames) = Read(config, "exclude_modules");
        layers = config.Wholes("layers_to_transform");
        var (one, several) = Read(config, "layers_pattern");
        layerPatterns = one is { Length: > 0 } ? [one] : several.Count > 0 ? several : ["[^.]*"];
    }

    /// <summary>Tells whether a module is meant; null when that cannot be told.</summary>
    /// <param name="module">Its name.</param>
    /// <param name="isProjection">Whether it is one of those that are meant by "all-linear".</param>
    public bool? Contains(string module, bool isProjection)
    {
        bool? isExcluded = excludedExpression is null ? Ends(excludedNames, module) : ModulePattern.FitsWhole(excludedExpression, module);
        if (isExcluded != false)
        {
            return isExcluded is null ? null : false;
        }

        if (expression is not null)
        {
            return expression == "all-linear" ? isProjection : ModulePattern.FitsWhole(expression, module);
        }

        return names.Count == 0 ? null
            : names.Contains(module) || (Ends(names, module) && (layers.Count == 0 || layerPatterns.Any(pattern => ModulePattern.Layer(pattern, module) is { } layer && layers.Contains(layer))));
    }

    private static bool Ends(IReadOnlyList<string> names, string module) =>
        names.Any(name => module == name || (module.EndsWith(name, StringComparison.Ordinal) && module[^(name.Length + 1)] == '.'));

    private static (string? Expression, IReadOnlyList<string> Names) Read(PeftConfig config, string field) =>
        config.Says(field) && config.IsText(field) ? (config.Reader.Text(field), []) : (null, config.Texts(field));
}
