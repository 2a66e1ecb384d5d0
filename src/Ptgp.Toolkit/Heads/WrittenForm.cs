namespace Ptgp.Toolkit.Heads;

/// <summary>The form that options of writing ask for.</summary>
public static class WrittenForm
{
    /// <summary>Gets the name of the option that asks for one, as users write it; null where a text may have any.</summary>
    public static string? NameOf(GenerationOptions asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return asked.Regex is not null ? "regex" : asked.JsonSchema is not null ? "jsonSchema" : null;
    }
}
