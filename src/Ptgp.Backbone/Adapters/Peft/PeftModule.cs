namespace Ptgp.Backbone;

/// <summary>A module of a checkpoint that an adapter may change, by the checkpoint's own name.</summary>
/// <param name="Name">The name, such as <c>transformer.h.0.attn.c_attn</c>.</param>
/// <param name="Paths">Our paths of it, in the order in which they lie side by side in what is stored; one, but for modules that are several of ours.</param>
/// <param name="IsTable">Whether it is a table that is read by looking up rows.</param>
/// <param name="Inputs">How many values it reads, or how many rows it has.</param>
/// <param name="Outputs">How many values each of <paramref name="Paths"/> gives.</param>
/// <param name="HasBias">Whether it adds a bias.</param>
/// <param name="IsTransposed">Whether its weights are stored as <c>[inputs, outputs]</c>.</param>
internal sealed record PeftModule(string Name, IReadOnlyList<string> Paths, bool IsTable, long Inputs, IReadOnlyList<long> Outputs, bool HasBias, bool IsTransposed)
{
    /// <summary>Gets whether it is in a layer, and so one that targets without a name of its own may mean.</summary>
    public bool IsProjection => Paths[0].Contains('.', StringComparison.Ordinal);

    /// <summary>Gets how many values it gives.</summary>
    public long AllOutputs => Outputs.Sum();
}
