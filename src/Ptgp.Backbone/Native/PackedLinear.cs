using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// A linear layer for inference, computed from whatever copy of its weights is the fastest on this machine: on the CPU in float32 the
/// kernel is chosen by measuring once for each shape and class of row counts; elsewhere it is plain.
/// </summary>
/// <remarks>
/// A copy is made when it is first used, and does not follow later changes of the weights: create another layer then. Which kernel wins
/// may differ between two runs, and with it the last bits of the result. May be used by several threads at once.
/// </remarks>
public sealed class PackedLinear : IDisposable
{
    // Above this many weights transposing takes longer than it can win back over oneDNN's order.
    private const long LargestTransposed = 1 << 19;

    // The most rows and multiplications of a trial's run, about a millisecond. More rows than these change no ranking.
    private const long TrialRows = 64, TrialWork = 1 << 26;

    private readonly long inputs, outputs;
    private readonly Tensor plain;                                // [inputs, outputs], a view of the weights
    private readonly Tensor? bias;
    private readonly bool isChosen;
    private readonly Lock forms = new();
    private Tensor? transposed, packed;
    private bool usesTransposed, usesPacked;
    private volatile Verdicts verdicts = new(0);

    private PackedLinear(Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        (outputs, inputs) = (weight.size(0), weight.size(1));
        plain = weight.detach().t().DetachFromDisposeScope();
        this.bias = bias?.detach().DetachFromDisposeScope();
        isChosen = weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32 && weight.NumberOfElements > 0;
    }

    /// <summary>Makes a layer over weights that stay where they are; nothing is copied yet.</summary>
    /// <param name="weight">The weights, <c>[outputs, inputs]</c>, of any device and type.</param>
    /// <param name="bias">What is added, <c>[outputs]</c>; null for nothing.</param>
    /// <exception cref="ArgumentException">The shapes or the types do not fit.</exception>
    public static PackedLinear Create(Tensor weight, Tensor? bias)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return weight.Dimensions == 2 && (bias is null || (bias.Dimensions == 1 && bias.size(0) == weight.size(0) && bias.dtype == weight.dtype))
            ? new(weight, bias)
            : throw new ArgumentException($"Weights must be [outputs, inputs] and a bias [outputs] of their type, but they are {Describe(weight)} and {(bias is null ? "none" : Describe(bias))}.", nameof(weight));
    }

    /// <summary>Computes <c>[…, inputs]</c> to <c>[…, outputs]</c>. Gradients reach <paramref name="x"/>, never the weights.</summary>
    /// <param name="x">The inputs, of the weights' type and device.</param>
    /// <param name="relu">Whether to cut negative results to zero.</param>
    /// <exception cref="ArgumentException">The last extent is not the layer's.</exception>
    public Tensor Forward(Tensor x, bool relu = false)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.Dimensions == 0 || x.size(-1) != inputs)
        {
            throw new ArgumentException($"Inputs must be [{inputs}] in the last extent, but are {Describe(x)}.", nameof(x));
        }

        return Compute(Kernel(x), x, relu);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (forms)
        {
            plain.Dispose();
            bias?.Dispose();
            transposed?.Dispose();
            packed?.Dispose();
        }
    }

    /// <summary>The copies that exist.</summary>
    internal IEnumerable<LinearKernel> Forms
    {
        get
        {
            if (transposed is not null)
            {
                yield return LinearKernel.Transposed;
            }

            if (packed is not null)
            {
                yield return LinearKernel.Packed;
            }
        }
    }

    /// <summary>Computes by a kernel of the caller's choice.</summary>
    internal Tensor Compute(LinearKernel kernel, Tensor x, bool relu)
    {
        if (kernel == LinearKernel.Packed)
        {
            return OneDnn.Linear(x, Packed(), bias, relu);
        }

        var weight = kernel == LinearKernel.Transposed ? Transposed() : plain;
        if (x.Dimensions == 2)
        {
            return Finish(Multiply(x, weight), relu);
        }

        using var rows = x.reshape(x.NumberOfElements / inputs, inputs);
        using var product = Finish(Multiply(rows, weight), relu);
        return product.view([.. x.shape.AsSpan(..^1), outputs]);
    }

    private static Tensor Finish(Tensor y, bool relu) => relu ? y.relu_() : y;

    private Tensor Multiply(Tensor rows, Tensor weight) => bias is null ? rows.mm(weight) : addmm(bias, rows, weight, 1, 1);

    private LinearKernel Kernel(Tensor x)
    {
        // Only what mm and addmm can do has gradients, and other types are theirs to refuse.
        if (!isChosen || x.dtype != ScalarType.Float32 || x.NumberOfElements == 0 || (is_grad_enabled() && x.requires_grad))
        {
            return LinearKernel.Plain;
        }

        var known = verdicts;
        var threads = get_num_threads();
        if (known.Threads != threads)
        {
            verdicts = known = new(threads);
        }

        var rows = x.NumberOfElements / inputs;
        var kind = LinearVerdicts.Class(rows);
        return known[kind] ?? (known[kind] = Decide(x, rows, new(inputs, outputs, bias is not null, kind, threads))).Value;
    }

    private LinearKernel Decide(Tensor x, long rows, LinearVerdicts.Shape shape)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        var trial = x.detach().reshape(rows, inputs).narrow(0, 0, Math.Clamp(TrialWork / (inputs * outputs), 1, Math.Min(rows, TrialRows)));
        var verdict = LinearVerdicts.Decide(shape, Candidates(), kernel => Compute(kernel, trial, relu: false).Dispose(), EndTrial);
        Use(verdict);
        return verdict;
    }

    private void Use(LinearKernel kernel)
    {
        lock (forms)
        {
            usesTransposed |= kernel == LinearKernel.Transposed;
            usesPacked |= kernel == LinearKernel.Packed;
        }
    }

    // Lets go of copies that were made for a trial alone. There is one trial at a time, so no other is computing from them.
    private void EndTrial(LinearKernel verdict)
    {
        Use(verdict);
        lock (forms)
        {
            transposed = Keep(transposed, usesTransposed);
            packed = Keep(packed, usesPacked);
        }

        static Tensor? Keep(Tensor? form, bool isUsed)
        {
            if (!isUsed)
            {
                form?.Dispose();
            }

            return isUsed ? form : null;
        }
    }

    private ReadOnlySpan<LinearKernel> Candidates() => (OneDnn.IsAvailable, inputs * outputs <= LargestTransposed) switch
    {
        (true, true) => [LinearKernel.Plain, LinearKernel.Packed, LinearKernel.Transposed],
        (true, false) => [LinearKernel.Plain, LinearKernel.Packed],
        _ => [LinearKernel.Plain, LinearKernel.Transposed],
    };

    private Tensor Transposed()
    {
        lock (forms)
        {
            return transposed ??= Make(plain.contiguous);
        }
    }

    private Tensor Packed()
    {
        lock (forms)
        {
            return packed ??= Make(() =>
            {
                using var weight = plain.t();
                return OneDnn.Pack(weight);
            });
        }
    }

    private static Tensor Make(Func<Tensor> make)
    {
        using var gradientless = no_grad();
        return make().DetachFromDisposeScope();
    }

    private static string Describe(Tensor tensor) => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]";

    // One layer's verdicts by class of row counts, so that a step need not look them up.
    private sealed class Verdicts(int threads)
    {
        private readonly int[] kernels = new int[LinearVerdicts.Classes];

        public int Threads { get; } = threads;

        public LinearKernel? this[int kind]
        {
            get => Volatile.Read(ref kernels[kind]) is > 0 and var kernel ? (LinearKernel)(kernel - 1) : null;
            set => Volatile.Write(ref kernels[kind], (int)value!.Value + 1);
        }
    }
}
