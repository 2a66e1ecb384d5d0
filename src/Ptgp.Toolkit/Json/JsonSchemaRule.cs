namespace Ptgp.Toolkit.Json;

/// <summary>Lets only that be written which becomes JSON of a schema, and the end only where it has.</summary>
/// <param name="schema">The schema.</param>
/// <param name="ends">The ids that end a sequence.</param>
public sealed class JsonSchemaRule(JsonSchema schema, IReadOnlyList<int> ends) : LogitsRule
{
    /// <inheritdoc />
    public override IReadOnlyCollection<int> Allowed(IReadOnlyList<int> written, int prefixLength) => schema.Following(written.Skip(prefixLength), ends);
}
