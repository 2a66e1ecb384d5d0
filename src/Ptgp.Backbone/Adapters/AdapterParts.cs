using System.Text.Json.Nodes;
using TorchSharp.Modules;

namespace Ptgp.Backbone;

/// <summary>What an <see cref="Adapter"/> is made of, by where it acts.</summary>
internal sealed record AdapterParts
{
    /// <summary>Gets the deltas by the path of their projection; <c>embeddings</c>, <c>target_embeddings</c> and <c>output</c> count as such.</summary>
    public IReadOnlyDictionary<string, ProjectionDelta> Deltas { get; init; } = new Dictionary<string, ProjectionDelta>();

    /// <summary>Gets tensors that stand for the backbone's own, by the canonical names of these.</summary>
    public IReadOnlyDictionary<string, Parameter> Replacements { get; init; } = new Dictionary<string, Parameter>();

    /// <summary>Gets tensors of heads, by their own names.</summary>
    public IReadOnlyDictionary<string, Parameter> Heads { get; init; } = new Dictionary<string, Parameter>();

    /// <summary>Gets the bottlenecks by the path of the sublayer they follow.</summary>
    public IReadOnlyDictionary<string, Bottleneck> Bottlenecks { get; init; } = new Dictionary<string, Bottleneck>();

    /// <summary>Gets what is read before every input.</summary>
    public VirtualPrompt? Prompt { get; init; }

    /// <summary>Gets what each layer sees before its own.</summary>
    public VirtualPrefix? Prefix { get; init; }

    /// <summary>Gets whether its deltas, if they were made here, are multiplied by alpha over the square root of the rank.</summary>
    public bool IsRankStabilized { get; init; }

    /// <summary>Gets the configuration it was loaded with; null when it was made here.</summary>
    public JsonObject? Origin { get; init; }

    /// <summary>Gets whether it was made for a model without output layer or head, whose names lack that of the base within.</summary>
    public bool LacksBase { get; init; }
}
