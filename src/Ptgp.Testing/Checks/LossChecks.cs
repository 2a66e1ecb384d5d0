using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Testing.Checks;

/// <summary>What must hold of <c>Loss</c>: it is a sum with its count, it teaches every parameter, padding is nothing to it, and it leaves nothing behind.</summary>
internal sealed class LossChecks<TInput, TPart, TPartOutput, TOutput>(
    TaskHead<TInput, TPart, TPartOutput, TOutput> head, TinyBackbone backbone, IReadOnlyList<Row<TPart>> rows, Faults faults)
{
    private const double Tolerance = 1e-3;

    public void Run()
    {
        var whole = default((double Sum, long Count));
        if (!faults.Try("Loss", () => whole = Compute(rows)))
        {
            return;
        }

        faults.Check(whole.Count > 0, $"Loss must count the labels that it scored, but counts {whole.Count}. Count them without padding (Target.Ignored).");
        if (!faults.Check(double.IsFinite(whole.Sum), $"Loss must be a finite number, but is {whole.Sum}."))
        {
            return;
        }

        faults.Try("Loss", Gradients);
        if (!head.KeepsPartsTogether)
        {
            faults.Try("Loss", () => OneByOne(whole));
        }

        faults.Try("Loss", () => Leftovers.Check("Loss", gradients: true, () => head.Loss(Encoder.Encode(head, backbone, rows, learning: true)), faults));
    }

    private (double Sum, long Count) Compute(IReadOnlyList<Row<TPart>> some)
    {
        using var scope = NewDisposeScope();
        var loss = head.Loss(Encoder.Encode(head, backbone, some, learning: true));
        return (loss.Sum.to_type(ScalarType.Float64).item<double>(), loss.Count);
    }

    private void OneByOne((double Sum, long Count) whole)
    {
        var alone = rows.Select(row => Compute([row])).ToList();
        var (sum, count) = (alone.Sum(one => one.Sum), alone.Sum(one => one.Count));
        faults.Check(count == whole.Count, $"Loss must count a batch as its rows one by one, but counts {whole.Count} against {count}. Count labels that are not Target.Ignored, not rows times columns.");
        faults.Check(Math.Abs(sum - whole.Sum) <= Tolerance * Math.Max(1, Math.Abs(sum)),
            $"Loss must be the sum over its rows, so that padding and the company of other rows change nothing, but is {whole.Sum:g6} for a batch and {sum:g6} for its rows one by one. "
            + "Sum instead of averaging (Reduction.Sum), ignore labels of Target.Ignored, and use batch.Mask; if it compares rows, override KeepsPartsTogether.");
    }

    private void Gradients()
    {
        using var scope = NewDisposeScope();
        head.train();
        var loss = head.Loss(Encoder.Encode(head, backbone, rows, learning: true));
        head.eval();
        if (!faults.Check(loss.Sum.requires_grad, "Loss must be attached to its graph, but is not: nothing could be learned. Compute it from batch.States without detach, item or no_grad."))
        {
            return;
        }

        faults.Check(loss.Sum.numel() == 1, $"Loss's Sum must be one number, but has the shape [{string.Join(", ", loss.Sum.shape)}].");
        loss.Sum.sum().backward();
        var learned = head.named_parameters().Where(named => named.parameter.requires_grad).ToArray();
        foreach (var (name, parameter) in learned)
        {
            // Connected, not other than 0: a softmax cannot tell what is added to all its scores, so a span's bias has the gradient 0 up to rounding.
            faults.Check(parameter.grad is not null,
                $"Loss must teach every parameter of the head, but no gradient reaches '{name}'. Use it in Loss, or do not register it.");
        }

        faults.Check(learned.Length == 0 || learned.Any(named => named.parameter.grad is { } gradient && gradient.abs().sum().item<float>() > 0),
            "Loss must teach the head, but the gradients of all its parameters are 0. Compute it from what they make.");

        head.zero_grad();
        foreach (var parameter in backbone.Parameters)
        {
            parameter.grad?.zero_();
        }
    }
}
