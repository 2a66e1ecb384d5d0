using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// Operations that TorchSharp lacks, or whose faulty use would end the process. Each checks its arguments, works on any device, keeps
/// gradients, and falls back to plain arithmetic where libtorch lacks its kernel.
/// </summary>
public static class Ops
{
    private static readonly Scalar one = 1;

    /// <summary>
    /// Adds. Stands in for <c>a + b</c>, which makes a <c>Scalar</c> in passing, the factor of what is added: now and then it is collected
    /// while libtorch reads it, and the sum is wrong or refused.
    /// </summary>
    public static Tensor Add(Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        return a.add(b, one);
    }

    /// <summary>Adds in place, and returns the sum.</summary>
    public static Tensor AddTo(Tensor sum, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(sum);
        return sum.add_(b, one);
    }

    /// <summary>Counts from <paramref name="start"/> on, below <paramref name="end"/>: <c>[end − start]</c> of int64.</summary>
    public static Tensor Range(long start, long end, Device device)
    {
        using Scalar first = start, last = end;
        return arange(first, last, one, int64, device);
    }

    /// <summary>
    /// Multiplies matrices: <c>[…, n, k]</c> by <c>[k, m]</c>, or by <c>[…, k, m]</c> of the same leading extents, to <c>[…, n, m]</c>.
    /// Stands in for <c>torch.matmul</c>, which ends the process when shapes or types do not fit.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes or the types do not fit.</exception>
    public static Tensor MatMul(Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var (left, right) = (a.shape, b.shape);
        var fits = left.Length >= 2 && right.Length >= 2 && left[^1] == right[^2]
            && (right.Length == 2 || left.AsSpan(..^2).SequenceEqual(right.AsSpan(..^2)));
        if (!fits || a.dtype != b.dtype)
        {
            throw new ArgumentException(
                $"Matrices must be […, n, k] and [k, m] or […, k, m] of one type, but are {a.dtype} [{string.Join(", ", left)}] and {b.dtype} [{string.Join(", ", right)}].",
                nameof(b));
        }

        if (left.Length == 2)
        {
            return a.mm(b);
        }

        using var scope = NewDisposeScope();
        var batch = left[..^2].Aggregate(1L, (count, extent) => count * extent);
        var product = right.Length == 2
            ? a.reshape(batch * left[^2], left[^1]).mm(b)
            : a.reshape(batch, left[^2], left[^1]).bmm(b.reshape(batch, right[^2], right[^1]));
        return product.view([.. left.AsSpan(..^1), right[^1]]).MoveToOuterDisposeScope();
    }

    /// <summary>Divides each state by the root of its mean square, and multiplies it by weights: <c>[…, width]</c> to the same.</summary>
    /// <param name="x">The states, <c>[…, width]</c>.</param>
    /// <param name="weight">The weights, <c>[width]</c>.</param>
    /// <param name="eps">What is added to the mean square.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double eps)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.Dimensions != 1 || x.Dimensions == 0 || x.size(-1) != weight.size(0))
        {
            throw new ArgumentException($"States must be [{Shape(weight)}] in the last extent, but are [{Shape(x)}].", nameof(x));
        }

        return RootMeanSquare.Normalize(x, weight, eps);
    }

    /// <summary>
    /// Lets queries look at keys and gathers their values, <c>softmax(q kᵀ · scale + mask) v</c>: <c>[batch, heads, queries, width]</c>
    /// and twice <c>[batch, heads, keys, width]</c> to <c>[batch, heads, queries, width]</c>.
    /// </summary>
    /// <param name="q">The queries.</param>
    /// <param name="k">The keys.</param>
    /// <param name="v">The values; their width may be another.</param>
    /// <param name="mask">What is added to the scores, or true where a query may look; broadcast to <c>[batch, heads, queries, keys]</c>. Gradients reach it.</param>
    /// <param name="scale">What scores are multiplied by; usually the width to the power −½.</param>
    /// <param name="causal">Whether query i sees keys 0 to i alone; then there is no mask.</param>
    /// <param name="dropout">The share of looks to drop at random; 0 outside training.</param>
    /// <exception cref="ArgumentException">The shapes or the types do not fit.</exception>
    public static Tensor Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, double scale, bool causal, double dropout)
    {
        ArgumentNullException.ThrowIfNull(q);
        ArgumentNullException.ThrowIfNull(k);
        ArgumentNullException.ThrowIfNull(v);
        var fits = q.Dimensions == 4 && k.Dimensions == 4 && v.Dimensions == 4
            && q.size(0) == k.size(0) && k.size(0) == v.size(0) && q.size(1) == k.size(1) && k.size(1) == v.size(1)
            && q.size(3) == k.size(3) && k.size(2) == v.size(2) && q.dtype == k.dtype && k.dtype == v.dtype;
        if (!fits)
        {
            throw new ArgumentException(
                $"Queries, keys and values must be [batch, heads, length, width] of one type, but are {q.dtype} [{Shape(q)}], {k.dtype} [{Shape(k)}] and {v.dtype} [{Shape(v)}].",
                nameof(q));
        }

        if (mask is not null && (causal || (mask.dtype != q.dtype && mask.dtype != ScalarType.Bool) || !Spreads(mask, q.size(0), q.size(1), q.size(2), k.size(2))))
        {
            throw new ArgumentException(
                $"A mask must be Bool or {q.dtype}, broadcast to [{q.size(0)}, {q.size(1)}, {q.size(2)}, {k.size(2)}] and go without 'causal', but is {mask.dtype} [{Shape(mask)}]{(causal ? " with it" : "")}.",
                nameof(mask));
        }

        return dropout == 0 && !causal && NearAttention.Fits(q, k, v, mask)
            ? NearAttention.Attend(q, k, v, mask, scale)
            : ScaledAttention.Attend(q, k, v, mask, scale, causal, dropout);
    }

    /// <summary>Sets a share of the numbers to 0 by lot, and multiplies the others so that their sum stays what it was on average. The lots follow from libtorch's stream.</summary>
    /// <param name="x">The numbers, of any shape and type.</param>
    /// <param name="share">From 0, which drops none, to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is none.</exception>
    public static Tensor Dropout(Tensor x, double share)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(share, 1);
        return share == 0 ? x.alias() : NearDropout.Fits(x) ? NearDropout.Drop(x, share) : nn.functional.dropout(x, share, training: true);
    }

    /// <summary>Gets whether linear layers can compute with 8 bits a weight on this machine; see <see cref="LinearArithmetic.Quantized"/>.</summary>
    public static bool CanQuantize => QuantizedLinear.IsAvailable;

    /// <summary>Computes the gradients of a loss, as <c>loss.backward()</c> does; that cannot say what goes wrong in layers that are computed anew (<see cref="Transformer.Recomputes"/>).</summary>
    /// <exception cref="InvalidOperationException">A layer could not be computed anew.</exception>
    public static void Backward(Tensor loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        loss.backward();
        Recomputation.ThrowIfFailed();
    }

    /// <summary>Makes one step of Adam or AdamW as torch computes it, in place, for parameters of one learning rate and decay. Call it without gradients.</summary>
    /// <param name="values">The parameters.</param>
    /// <param name="gradients">Their gradients, not changed.</param>
    /// <param name="memory">What is remembered of them.</param>
    /// <param name="step">The numbers of the step.</param>
    /// <exception cref="ArgumentException">The lists, or the shapes of what belongs together, differ.</exception>
    public static void FusedAdam(IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, AdamMemory memory, AdamStep step)
    {
        CheckTogether(values, gradients, memory.Means, memory.Squares, memory.Greatest is { Count: > 0 } greatest ? greatest : values);
        if (memory.Steps.Count != values.Count)
        {
            throw new ArgumentException($"There must be as many steps as parameters, {values.Count}, but there are {memory.Steps.Count}.", nameof(memory));
        }

        if (values.Count > 0)
        {
            AdamKernel.Update(values, gradients, memory, step);
        }
    }

    /// <summary>Makes one step of gradient descent as torch computes it, in place, for parameters of one learning rate and decay. Call it without gradients.</summary>
    /// <param name="values">The parameters.</param>
    /// <param name="gradients">Their gradients, not changed.</param>
    /// <param name="velocities">The running sums of their gradients; empty without momentum.</param>
    /// <param name="isFirst">Whether it is their first step, which begins the velocities, whatever was in them.</param>
    /// <param name="step">The numbers of the step.</param>
    /// <exception cref="ArgumentException">The lists, or the shapes of what belongs together, differ.</exception>
    public static void FusedSgd(IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> velocities, bool isFirst, SgdStep step)
    {
        CheckTogether(values, gradients, step.Momentum != 0 ? velocities : values);
        if (values.Count > 0)
        {
            SgdKernel.Update(values, gradients, step.Momentum != 0 ? velocities : [], isFirst, step);
        }
    }

    private static void CheckTogether(IReadOnlyList<Tensor> values, params ReadOnlySpan<IReadOnlyList<Tensor>> others)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var other in others)
        {
            ArgumentNullException.ThrowIfNull(other);
            if (other.Count != values.Count)
            {
                throw new ArgumentException($"There must be as many tensors of each kind as parameters, {values.Count}, but of one there are {other.Count}.", nameof(values));
            }

            for (var i = 0; i < values.Count; i++)
            {
                if (other[i].dtype != values[i].dtype || !other[i].shape.AsSpan().SequenceEqual(values[i].shape))
                {
                    throw new ArgumentException($"What belongs to parameter {i} must be {values[i].dtype} [{Shape(values[i])}] as it is, but one is {other[i].dtype} [{Shape(other[i])}].", nameof(values));
                }
            }
        }
    }

    private static bool Spreads(Tensor mask, params ReadOnlySpan<long> shape)
    {
        var missing = shape.Length - (int)mask.Dimensions;
        for (var i = Math.Max(missing, 0); i < shape.Length && missing >= 0; i++)
        {
            var extent = mask.size(i - missing);
            if (extent != 1 && extent != shape[i])
            {
                return false;
            }
        }

        return missing >= 0;
    }

    private static string Shape(Tensor tensor) => string.Join(", ", tensor.shape);
}
