namespace Ptgp.Host.Configuration;

/// <summary>What others call choices that have another name here.</summary>
internal static class OtherNames
{
    private static readonly Dictionary<string, Enum> meant = new(StringComparer.OrdinalIgnoreCase)
    {
        ["lora"] = BackboneTuning.LowRank,
        ["adapters"] = BackboneTuning.Houlsby,
        ["bf16"] = TrainingPrecision.Bfloat16,
        ["fp32"] = TrainingPrecision.Float32,
    };

    /// <summary>Finds a choice by what others call it; null for none.</summary>
    /// <param name="type">The choices.</param>
    /// <param name="name">What was written.</param>
    public static string? Find(Type type, string name) => meant.TryGetValue(name, out var choice) && choice.GetType() == type ? OptionTypes.Choice(choice.ToString()) : null;
}
