using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The low-rank deltas of one task on the projections of a shared backbone (LoRA, Hu et al. 2021). The backbone's own weights stay as they are.</summary>
/// <remarks>A projection at one of the <see cref="Deltas"/>' paths gives <c>x·Wᵀ + scale · (x·Aᵀ)·Bᵀ</c>.</remarks>
public sealed class Adapter : nn.Module
{
    /// <summary>Initializes deltas that change nothing yet: A is drawn as PEFT draws it (Kaiming, uniform), B is 0.</summary>
    /// <param name="transformer">The backbone; only the shapes of its projections are read.</param>
    /// <param name="paths">Where the deltas act, such as <c>decoder.layers.0.self_attention.q</c>; see <see cref="AdapterTargets"/>.</param>
    /// <param name="rank">The rank of every delta.</param>
    /// <param name="alpha">The deltas are multiplied by alpha over rank.</param>
    /// <param name="seed">The seed of A.</param>
    /// <exception cref="ArgumentException">The backbone has no projection at a path.</exception>
    public Adapter(nn.Module transformer, IEnumerable<string> paths, int rank, double alpha, int seed)
        : this(Draw(transformer, paths, rank, alpha, seed))
    {
    }

    internal Adapter(IReadOnlyDictionary<string, LowRankDelta> deltas) : base(nameof(Adapter))
    {
        Deltas = deltas;
        foreach (var (path, delta) in deltas)
        {
            register_module(path.Replace('.', '_'), delta);
        }
    }

    /// <summary>Gets the deltas by the path of the projection they act on.</summary>
    public IReadOnlyDictionary<string, LowRankDelta> Deltas { get; }

    /// <summary>Gets A and B of every delta by a name that says where it acts, such as <c>decoder.layers.0.self_attention.q.A</c>.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Weights =>
        Deltas.SelectMany(delta => new KeyValuePair<string, Parameter>[] { new(delta.Key + ".A", delta.Value.A), new(delta.Key + ".B", delta.Value.B) });

    private static SortedDictionary<string, LowRankDelta> Draw(nn.Module transformer, IEnumerable<string> paths, int rank, double alpha, int seed)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        using var scope = NewDisposeScope();
        var weights = transformer.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        using var generator = new Generator((ulong)seed);
        SortedDictionary<string, LowRankDelta> deltas = new(StringComparer.Ordinal);
        // Sorted, so that what is drawn depends on the seed and the set of paths alone.
        foreach (var path in paths.Distinct().Order(StringComparer.Ordinal))
        {
            if (!weights.TryGetValue(path + ".weight", out var weight) || weight.dim() != 2)
            {
                throw new ArgumentException($"An adapter's path must be a projection of the backbone, but '{path}' is not.", nameof(paths));
            }

            var (outputs, inputs) = (weight.shape[0], weight.shape[1]);
            var bound = 1 / Math.Sqrt(inputs);                                      // Kaiming with a = √5
            using var zeroToOne = rand([rank, inputs], generator: generator);
            var a = ((zeroToOne * (2 * bound)) - bound).to(weight.device);          // [rank, in]
            deltas.Add(path, new LowRankDelta(a, zeros([outputs, rank], device: weight.device), alpha / rank));
        }

        return deltas;
    }
}

/// <summary>What a task adds to one projection.</summary>
public sealed class LowRankDelta : nn.Module
{
    private readonly Tensor factor;

    internal LowRankDelta(Tensor a, Tensor b, double scale) : base(nameof(LowRankDelta))
    {
        (A, B, Scale) = (new Parameter(a), new Parameter(b), scale);
        factor = tensor(scale, A.dtype, A.device);
        A.DetachFromDisposeScope();
        B.DetachFromDisposeScope();
        factor.DetachFromDisposeScope();
        register_parameter(nameof(A), A);
        register_parameter(nameof(B), B);
    }

    /// <summary>Gets the way down, float32 <c>[rank, in]</c>.</summary>
    public Parameter A { get; }

    /// <summary>Gets the way up, float32 <c>[out, rank]</c>.</summary>
    public Parameter B { get; }

    /// <summary>Gets what the delta is multiplied by.</summary>
    public double Scale { get; }

    /// <summary>Computes what is added to the projection's result: <c>[…, in]</c> to <c>[…, out]</c>.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.dtype == A.dtype
            ? nn.functional.linear(nn.functional.linear(x, A), B).mul(factor)
            : Forward(x.to(A.dtype)).to(x.dtype);                 // deltas stay float32 on a backbone of 16 bits
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            factor.Dispose();
        }

        base.Dispose(disposing);
    }
}
