using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// A linear layer for inference, computed from whatever copy of its weights is the fastest on this machine: on the CPU in float32 and
/// bfloat16 the kernel is chosen by measuring once for each shape and class of row counts; elsewhere it is plain.
/// </summary>
/// <remarks>
/// A copy is made when it is first used, and does not follow later changes of the weights: create another layer then. Which kernel wins
/// may differ between two runs, and with it the last bits of the result. May be used by several threads at once.
/// </remarks>
public sealed class PackedLinear : IDisposable
{
    // The most rows and multiplications of a trial's run, about a millisecond. More rows than these change no ranking.
    private const long TrialRows = 64, TrialWork = 1 << 26;

    private readonly long inputs, outputs;
    private readonly Tensor weight, plain;                        // [outputs, inputs] and [inputs, outputs], views of the weights
    private readonly Tensor? bias;
    private readonly bool isChosen, isContiguous;
    private readonly ScalarType type;
    private readonly LinearArithmetic arithmetic;
    private readonly Lock forms = new();
    private readonly LinearCopies copies;
    private QuantizedLinear? quantized;
    private volatile Verdicts verdicts = new(0);

    private PackedLinear(Tensor weight, Tensor? bias, LinearArithmetic arithmetic)
    {
        using var scope = NewDisposeScope();
        (outputs, inputs) = (weight.size(0), weight.size(1));
        this.bias = bias?.detach().DetachFromDisposeScope();
        type = weight.dtype;
        isChosen = weight.device_type == DeviceType.CPU && weight.NumberOfElements > 0
            && (type == ScalarType.Float32 || (type == ScalarType.BFloat16 && arithmetic == LinearArithmetic.Fastest));
        this.arithmetic = arithmetic;
        // Without panels, the one kernel of strict arithmetic reads weights in order.
        var (own, isRead) = (weight.detach(), isChosen && arithmetic == LinearArithmetic.Strict && !PanelLinear.IsAvailable);
        this.weight = (isRead ? own.contiguous() : own).DetachFromDisposeScope();
        if (isRead)
        {
            HugePages.Hold(this.weight);
        }

        copies = new(this.weight);
        plain = this.weight.t().DetachFromDisposeScope();
        isContiguous = this.weight.is_contiguous();
    }

    /// <summary>Makes a layer over weights that stay where they are; nothing is copied yet, but by <see cref="LinearArithmetic.Strict"/> weights that do not lie in order.</summary>
    /// <param name="weight">The weights, <c>[outputs, inputs]</c>, of any device and type.</param>
    /// <param name="bias">What is added, <c>[outputs]</c>; null for nothing.</param>
    /// <param name="arithmetic">How to compute in float32 on the CPU; the default is the fastest way. In other types all but the fastest is plain.</param>
    /// <exception cref="ArgumentException">The shapes or the types do not fit.</exception>
    public static PackedLinear Create(Tensor weight, Tensor? bias, LinearArithmetic arithmetic = LinearArithmetic.Fastest)
    {
        ArgumentNullException.ThrowIfNull(weight);
        return weight.Dimensions == 2 && (bias is null || (bias.Dimensions == 1 && bias.size(0) == weight.size(0) && bias.dtype == weight.dtype))
            ? new(weight, bias, arithmetic)
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
            copies.Dispose();
            weight.Dispose();
            plain.Dispose();
            bias?.Dispose();
            quantized?.Dispose();
        }
    }

    /// <summary>Whether there is a copy.</summary>
    internal bool HasCopy => copies.Any;

    /// <summary>Computes by a kernel of the caller's choice.</summary>
    internal Tensor Compute(LinearKernel kernel, Tensor x, bool relu)
    {
        if (kernel == LinearKernel.Packed)
        {
            return OneDnn.Linear(x, copies.For(kernel), bias, relu);
        }

        // Another layer of this shape may have found Near the fastest, whose weights lie in order.
        if (kernel == LinearKernel.Plain || (kernel == LinearKernel.Near && !isContiguous))
        {
            return ComputePlain(x, relu);
        }

        using var ordered = x.is_contiguous() ? null : x.contiguous();
        var together = ordered ?? x;
        return kernel switch
        {
            LinearKernel.Near => NearLinear.Multiply(together, weight, bias, relu),
            LinearKernel.Panels => PanelLinear.Multiply(together, copies.For(kernel), outputs, bias, relu),
            _ => Quantized().Multiply(together, relu, isNear: kernel == LinearKernel.NearQuantized),
        };
    }

    private Tensor ComputePlain(Tensor x, bool relu)
    {
        if (x.Dimensions == 2)
        {
            return Multiply(x, relu);
        }

        using var rows = x.reshape(x.NumberOfElements / inputs, inputs);
        using var product = Multiply(rows, relu);
        return product.view([.. x.shape.AsSpan(..^1), outputs]);
    }

    private Tensor Multiply(Tensor rows, bool relu)
    {
        var y = bias is null ? rows.mm(plain) : addmm(bias, rows, plain, 1, 1);
        return relu ? y.relu_() : y;
    }

    private LinearKernel Kernel(Tensor x)
    {
        // Only what mm and addmm can do has gradients, and other types are theirs to refuse.
        if (!isChosen || x.dtype != type || x.NumberOfElements == 0 || (is_grad_enabled() && x.requires_grad))
        {
            return LinearKernel.Plain;
        }

        var (isRounded, rows) = (arithmetic.HasFlag(LinearArithmetic.Quantized), x.NumberOfElements / inputs);
        if (isRounded ? rows > NearProducts.MostRows || !NearProducts.IsAvailable : arithmetic == LinearArithmetic.Strict)
        {
            return isRounded ? LinearKernel.Quantized : PanelLinear.IsAvailable ? LinearKernel.Panels : LinearKernel.Near;
        }

        var known = verdicts;
        var threads = get_num_threads();
        if (known.Threads != threads)
        {
            verdicts = known = new(threads);
        }

        var kind = LinearVerdicts.Class(rows);
        return known[kind] ?? (known[kind] = Decide(x, rows, new(inputs, outputs, bias is not null, kind, threads, isRounded, type))).Value;
    }

    private LinearKernel Decide(Tensor x, long rows, LinearVerdicts.Shape shape)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        var trial = x.detach().reshape(rows, inputs).narrow(0, 0, Math.Clamp(TrialWork / (inputs * outputs), 1, Math.Min(rows, TrialRows)));
        if (!shape.IsRounded && isContiguous && rows <= NearLinear.MostRows)
        {
            HugePages.Hold(weight);                               // what is read as it is
        }

        var candidates = shape.IsRounded ? [LinearKernel.Quantized, LinearKernel.NearQuantized] : Candidates(rows);
        var verdict = LinearVerdicts.Decide(shape, candidates, kernel => Compute(kernel, trial, relu: false).Dispose(), EndTrial);
        copies.Use(verdict);
        return verdict;
    }

    // There is one trial at a time, so no other is computing from what was copied for it alone.
    private void EndTrial(LinearKernel verdict)
    {
        copies.Use(verdict);
        copies.Trim();
    }

    private ReadOnlySpan<LinearKernel> Candidates(long rows)
    {
        List<LinearKernel> all = [LinearKernel.Plain];
        all.AddRange(rows <= NearLinear.MostRows && isContiguous ? [LinearKernel.Near] : []);
        all.AddRange(type == ScalarType.Float32 && PanelLinear.IsAvailable ? [LinearKernel.Panels] : []);
        all.AddRange(OneDnn.IsAvailable(type) ? [LinearKernel.Packed] : []);
        return all.ToArray();
    }

    private QuantizedLinear Quantized()
    {
        lock (forms)
        {
            return quantized ??= new(weight, bias);
        }
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
