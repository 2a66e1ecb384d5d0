using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>One step of AdamW (Loshchilov and Hutter 2019) for many parameters.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Beta1">How much of the running mean of gradients stays.</param>
/// <param name="Beta2">How much of the running mean of squared gradients stays.</param>
/// <param name="Epsilon">What is added to the root of the squares.</param>
/// <param name="Decay">How much of each weight goes, times the learning rate.</param>
public readonly record struct AdamWStep(double Rate, double Beta1, double Beta2, double Epsilon, double Decay);

/// <summary>The two ways to make a step of AdamW.</summary>
internal static class AdamWKernel
{
    private static readonly bool hasFused = SelfTest.Passes(() => Try(Fused), () => Try(Plain));

    public static void Update(
        IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> means, IReadOnlyList<Tensor> squares, IReadOnlyList<Tensor> steps, AdamWStep step)
    {
        // The fused kernel walks through memory, so all of a parameter's tensors must lie in it alike.
        if (hasFused && new[] { values, gradients, means, squares }.All(tensors => tensors.All(tensor => tensor.is_contiguous())))
        {
            Fused(values, gradients, means, squares, steps, step);
        }
        else
        {
            Plain(values, gradients, means, squares, steps, step);
        }
    }

    public static void Fused(
        IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> means, IReadOnlyList<Tensor> squares, IReadOnlyList<Tensor> steps, AdamWStep step)
    {
        // _fused_adamw_(Tensor[] self, Tensor[] grads, Tensor[] exp_avgs, Tensor[] exp_avg_sqs, Tensor[] max_exp_avg_sqs, Tensor[] state_steps, *,
        //     float lr, float beta1, float beta2, float weight_decay, float eps, bool amsgrad, bool maximize, Tensor? grad_scale, Tensor? found_inf)
        Span<ulong> stack =
        [
            Dispatcher.List(values), Dispatcher.List(gradients), Dispatcher.List(means), Dispatcher.List(squares), Dispatcher.List([]), Dispatcher.List(steps),
            Dispatcher.From(step.Rate), Dispatcher.From(step.Beta1), Dispatcher.From(step.Beta2), Dispatcher.From(step.Decay), Dispatcher.From(step.Epsilon),
            Dispatcher.From(false), Dispatcher.From(false), Dispatcher.None, Dispatcher.None,
        ];
        Dispatcher.Run("aten::_fused_adamw_\0"u8, stack);
    }

    public static void Plain(
        IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> means, IReadOnlyList<Tensor> squares, IReadOnlyList<Tensor> steps, AdamWStep step)
    {
        for (var i = 0; i < values.Count; i++)
        {
            using var scope = NewDisposeScope();
            var (value, mean, square) = (values[i], means[i], squares[i]);
            var seen = steps[i].item<float>();
            value.mul_(Constant(1 - (step.Rate * step.Decay)));
            mean.lerp_(gradients[i], Constant(1 - step.Beta1));
            Ops.AddTo(square.mul_(Constant(step.Beta2)), gradients[i].mul(gradients[i]).mul_(Constant(1 - step.Beta2)));
            var root = Ops.AddTo(square.sqrt().div_(Constant(Math.Sqrt(1 - Math.Pow(step.Beta2, seen)))), Constant(step.Epsilon));
            value.sub_(mean.div(root).mul_(Constant(step.Rate / (1 - Math.Pow(step.Beta1, seen)))));

            Tensor Constant(double number) => tensor(number, value.dtype, value.device);
        }
    }

    private static Tensor Try(Action<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, AdamWStep> update)
    {
        var value = SelfTest.Numbers(5);
        update([value], [SelfTest.Numbers(5).neg()], [SelfTest.Numbers(5)], [SelfTest.Numbers(5).abs()], [tensor(3f)], new(0.1, 0.9, 0.99, 1e-8, 0.1));
        return value;
    }
}
