using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>
/// The cross-entropy of a linear layer's outputs, such as a vocabulary's logits, a few rows at a time: the logits of all rows never stand in memory at once. What the loss
/// passes back is computed beside it, while the logits are at hand; so a second derivative is not to be had.
/// </summary>
public static class LinearCrossEntropy
{
    // Logits at once: few enough for a CPU's caches, many enough that a multiplication is worth its call.
    private const long NearLogits = 1 << 21, FarLogits = 1 << 27, FewestRows = 256;

    private static readonly long[] overRows = [0];

    /// <summary>Sums, over rows, the cross-entropy of <c>states · weightᵀ + bias</c> against labels.</summary>
    /// <param name="states"><c>[rows, width]</c>, float32.</param>
    /// <param name="weight"><c>[classes, width]</c>, float32.</param>
    /// <param name="bias"><c>[classes]</c>, float32; null for none.</param>
    /// <param name="labels"><c>[rows]</c> of int64, from 0 to below the classes.</param>
    /// <param name="labelSmoothing">The share of probability that is spread evenly over all classes, as torch has it. From 0 to 1.</param>
    /// <returns>A number, float32. Gradients reach the states, the weights and the bias.</returns>
    /// <exception cref="ArgumentException">The shapes or the types do not fit.</exception>
    public static Tensor Sum(Tensor states, Tensor weight, Tensor? bias, Tensor labels, double labelSmoothing)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(weight);
        ArgumentNullException.ThrowIfNull(labels);
        if (states.Dimensions != 2 || weight.Dimensions != 2 || states.size(1) != weight.size(1) || labels.Dimensions != 1 || labels.size(0) != states.size(0)
            || bias is not (null or { Dimensions: 1 }) || (bias is not null && bias.size(0) != weight.size(0))
            || new[] { states, weight, bias ?? states }.Any(x => x.dtype != ScalarType.Float32) || labels.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"States must be [rows, width], weights [classes, width], a bias [classes], all Float32, and labels [rows] of Int64, but they are {Describe(states)}, {Describe(weight)}, {(bias is null ? "none" : Describe(bias))} and {Describe(labels)}.",
                nameof(states));
        }

        using var scope = NewDisposeScope();
        var isLearned = is_grad_enabled();
        var ways = new Ways(isLearned && states.requires_grad, isLearned && weight.requires_grad, isLearned && bias is { requires_grad: true });
        Passed passed;
        using (no_grad())
        {
            passed = Compute(states.detach(), weight.detach(), bias?.detach(), labels, labelSmoothing, ways);
        }

        // Each term adds nothing to the sum, and its gradient is what was computed.
        var sum = passed.Sum;
        foreach (var (value, gradient) in ((Tensor, Tensor?)[])[(states, passed.States), (weight, passed.Weight), (bias!, passed.Bias)])
        {
            if (gradient is not null)
            {
                var term = value.reshape(-1).dot(gradient.view(-1));
                sum = Ops.Add(sum, term.sub(term.detach()));
            }
        }

        return sum.MoveToOuterDisposeScope();
    }

    private static Passed Compute(Tensor states, Tensor weight, Tensor? bias, Tensor labels, double smoothing, Ways ways)
    {
        var (rows, classes) = (states.size(0), weight.size(0));
        var atOnce = Math.Max(FewestRows, (weight.device_type == DeviceType.CPU ? NearLogits : FarLogits) / classes);
        var type = Autocast.Active is not null ? ScalarType.BFloat16 : ScalarType.Float32;
        var (x, w) = (states.to_type(type), weight.to_type(type));
        var across = w.t();
        var sum = zeros([], device: states.device);
        var toStates = ways.States ? empty_like(states) : null;
        var toWeight = ways.Weight ? zeros_like(weight) : null;
        var toBias = ways.Bias ? zeros_like(bias!) : null;
        var (even, rest) = (tensor(smoothing / classes, ScalarType.Float32, states.device), tensor(1 - smoothing, ScalarType.Float32, states.device));
        for (var from = 0L; from < rows; from += atOnce)
        {
            using var inner = NewDisposeScope();
            var count = Math.Min(atOnce, rows - from);
            var (own, label) = (x.narrow(0, from, count), labels.narrow(0, from, count).unsqueeze(1));
            var product = own.mm(across).to_type(ScalarType.Float32);                                     // [count, classes]
            var logs = (bias is null ? product : Ops.AddTo(product, bias)).log_softmax(1);
            Ops.AddTo(sum, logs.gather(1, label).sum().mul(rest).neg_());
            if (smoothing > 0)
            {
                Ops.AddTo(sum, logs.sum().mul(even).neg_());
            }

            if (toStates is null && toWeight is null && toBias is null)
            {
                continue;
            }

            // What the loss passes back to the logits: what they foretell less what was to be foretold.
            var back = logs.exp_();
            if (smoothing > 0)
            {
                back.sub_(even);
            }

            back.scatter_add_(1, label, rest.neg().expand(count, 1));
            if (toBias is not null)
            {
                Ops.AddTo(toBias, back.sum(overRows));
            }

            var rounded = back.to_type(type);
            toStates?.narrow(0, from, count).copy_(rounded.mm(w));
            if (toWeight is not null && type == ScalarType.Float32)
            {
                toWeight.addmm_(rounded.t(), own, 1, 1);
            }
            else if (toWeight is not null)
            {
                Ops.AddTo(toWeight, rounded.t().mm(own));
            }
        }

        return new(sum, toStates, toWeight, toBias);
    }

    private static string Describe(Tensor tensor) => $"{tensor.dtype} [{string.Join(", ", tensor.shape)}]";

    // What gradients are asked for.
    private readonly record struct Ways(bool States, bool Weight, bool Bias);

    private readonly record struct Passed(Tensor Sum, Tensor? States, Tensor? Weight, Tensor? Bias);
}
