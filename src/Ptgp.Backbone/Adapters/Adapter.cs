using System.Text.Json.Nodes;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What one task changes about a shared backbone, as an argument of each pass. The backbone's own weights stay as they are.</summary>
/// <remarks>Of its parts few are there at once: PEFT's kinds have deltas, or a prompt, or a prefix; beside deltas there may be replaced tables and heads.</remarks>
public sealed class Adapter : nn.Module
{
    /// <summary>Initializes low-rank deltas that change nothing yet: A is drawn as PEFT draws it (Kaiming, uniform), B is 0.</summary>
    /// <param name="transformer">The backbone; only the shapes of its projections are read.</param>
    /// <param name="paths">Where the deltas act, such as <c>decoder.layers.0.self_attention.q</c>; see <see cref="AdapterTargets"/>.</param>
    /// <param name="rank">The rank of every delta.</param>
    /// <param name="alpha">The deltas are multiplied by alpha over rank.</param>
    /// <param name="seed">The seed of A.</param>
    /// <param name="storedAs">Gives the name that a checkpoint stores a projection by; those of one name share A. Null when each is stored alone.</param>
    /// <exception cref="ArgumentException">The backbone has no projection at a path.</exception>
    public Adapter(nn.Module transformer, IEnumerable<string> paths, int rank, double alpha, int seed, Func<string, string>? storedAs = null)
        : this(new AdapterParts { Deltas = FreshDeltas.Draw(transformer, paths, rank, alpha / rank, seed, storedAs ?? (path => path)) })
    {
    }

    /// <summary>Initializes bottlenecks that change nothing yet: the way down is drawn, the way up is 0.</summary>
    /// <param name="transformer">The backbone; only its shape is read.</param>
    /// <param name="placement">Which sublayers are followed by one.</param>
    /// <param name="narrow">The width inside.</param>
    /// <param name="seed">The seed of what is drawn.</param>
    /// <param name="activation">The function inside.</param>
    public Adapter(Transformer transformer, BottleneckPlacement placement, int narrow, int seed, Activation activation = Activation.Relu)
        : this(new AdapterParts { Bottlenecks = FreshBottlenecks.Draw(transformer, placement, narrow, seed, activation) })
    {
    }

    internal Adapter(AdapterParts parts) : base(nameof(Adapter))
    {
        (Deltas, Replacements, Heads, Bottlenecks) = (parts.Deltas, parts.Replacements, parts.Heads, parts.Bottlenecks);
        (Prompt, Prefix, Origin, LacksBase, IsRankStabilized) = (parts.Prompt, parts.Prefix, parts.Origin, parts.LacksBase, parts.IsRankStabilized);
        foreach (var (path, delta) in Deltas)
        {
            register_module(path.Replace('.', '_'), delta);
        }

        foreach (var (path, bottleneck) in Bottlenecks)
        {
            register_module("bottleneck_" + path.Replace('.', '_'), bottleneck);
        }

        foreach (var (name, parameter) in Replacements.Select(one => KeyValuePair.Create("replaced_" + one.Key, one.Value)).Concat(Heads.Select(one => KeyValuePair.Create("head_" + one.Key, one.Value))))
        {
            parameter.DetachFromDisposeScope();
            register_parameter(name.Replace('.', '_'), parameter);
        }

        if (Prompt is not null)
        {
            register_module("prompt", Prompt);
        }

        if (Prefix is not null)
        {
            register_module("prefix", Prefix);
        }
    }

    /// <summary>Gets the deltas by the path of the projection they act on; <c>embeddings</c>, <c>target_embeddings</c> and <c>output</c> count as projections.</summary>
    public IReadOnlyDictionary<string, ProjectionDelta> Deltas { get; }

    /// <summary>Gets tensors that stand for the backbone's own, by the canonical names of these, such as <c>output.weight</c>.</summary>
    public IReadOnlyDictionary<string, Parameter> Replacements { get; }

    /// <summary>Gets weights that came with the adapter for a head on top of the backbone, by the names they were saved by, such as <c>classifier.weight</c>.</summary>
    public IReadOnlyDictionary<string, Parameter> Heads { get; }

    /// <summary>Gets the bottlenecks by the path of the sublayer they follow, such as <c>encoder.layers.0.feed_forward</c>.</summary>
    public IReadOnlyDictionary<string, Bottleneck> Bottlenecks { get; }

    /// <summary>Gets what is read before every input; null for nothing.</summary>
    public VirtualPrompt? Prompt { get; }

    /// <summary>Gets what each layer sees before its own; null for nothing.</summary>
    public VirtualPrefix? Prefix { get; }

    /// <summary>Gets the configuration it was loaded with; null when it was made here.</summary>
    internal JsonObject? Origin { get; }

    /// <summary>Gets whether its deltas, if they were made here, are multiplied by alpha over the square root of the rank.</summary>
    internal bool IsRankStabilized { get; }

    /// <summary>Gets whether it was made for a model without output layer or head, whose names lack that of the base within.</summary>
    internal bool LacksBase { get; }

    /// <summary>Gets every parameter once, by a name that says where it acts, such as <c>decoder.layers.0.self_attention.q.A</c>.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Weights
    {
        get
        {
            var parts = Deltas.SelectMany(delta => Named(delta.Key, delta.Value))
                .Concat(Replacements).Concat(Heads.Select(head => KeyValuePair.Create("head." + head.Key, head.Value)))
                .Concat(Bottlenecks.SelectMany(bottleneck => Named(bottleneck.Key, bottleneck.Value)))
                .Concat(Prompt is null ? [] : Named("prompt", Prompt)).Concat(Prefix is null ? [] : Named("prefix", Prefix));
            return parts.DistinctBy(weight => weight.Value.Handle);

            static IEnumerable<KeyValuePair<string, Parameter>> Named(string path, nn.Module module) =>
                module.named_parameters(recurse: false).Select(weight => KeyValuePair.Create($"{path}.{weight.name}", weight.parameter));
        }
    }

    /// <summary>Gets how many states of a decoder come before the first that was asked for: those of its prefix, and of its prompt where it stands alone.</summary>
    public int Ahead(TransformerConfig config) =>
        (Prefix is { IsDecoders: true } prefix ? prefix.Length : 0) + (config.Encoder is null && Prompt is not null ? Prompt.Length : 0);
}
