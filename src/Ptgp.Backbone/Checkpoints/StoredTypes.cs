using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The types that weights are stored as, by the names that configurations of checkpoints have for them.</summary>
public static class StoredTypes
{
    /// <summary>Gets the types by name, whatever its case; the widest first.</summary>
    public static IReadOnlyDictionary<string, ScalarType> ByName { get; } = new Dictionary<string, ScalarType>(StringComparer.OrdinalIgnoreCase)
    {
        ["float64"] = ScalarType.Float64,
        ["float32"] = ScalarType.Float32,
        ["float16"] = ScalarType.Float16,
        ["bfloat16"] = ScalarType.BFloat16,
    };

    /// <summary>Gets a type's name; null where weights are not stored so.</summary>
    public static string? NameOf(ScalarType type) => ByName.FirstOrDefault(pair => pair.Value == type).Key;
}
