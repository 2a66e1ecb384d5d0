using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>One step of Adam (Kingma and Ba 2015) for many parameters.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Beta1">How much of the running mean of gradients stays.</param>
/// <param name="Beta2">How much of the running mean of squared gradients stays.</param>
/// <param name="Epsilon">What is added to the root of the squares.</param>
/// <param name="Decay">How much of each weight goes, times the learning rate; or, if not decoupled, how much of it is added to its gradient.</param>
/// <param name="IsDecoupled">Whether decay passes by the gradient: AdamW (Loshchilov and Hutter 2019).</param>
public readonly record struct AdamStep(double Rate, double Beta1, double Beta2, double Epsilon, double Decay, bool IsDecoupled = true);

/// <summary>What Adam remembers of many parameters, each list as long as that of the parameters.</summary>
/// <param name="Means">The running means of gradients; zeros at first.</param>
/// <param name="Squares">The running means of squared gradients; zeros at first.</param>
/// <param name="Steps">How many steps each has made, the next one included: float32 scalars. They may be one tensor.</param>
/// <param name="Greatest">The greatest <paramref name="Squares"/> so far, which then stand for them (AMSGrad, Reddi et al. 2018); empty for plain Adam.</param>
public readonly record struct AdamMemory(IReadOnlyList<Tensor> Means, IReadOnlyList<Tensor> Squares, IReadOnlyList<Tensor> Steps, IReadOnlyList<Tensor> Greatest);

/// <summary>The two ways to make a step of Adam.</summary>
internal static class AdamKernel
{
    private static readonly bool hasFused = SelfTest.Passes(() => Try(Fused), () => Try(Plain));

    public static void Update(IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, AdamMemory memory, AdamStep step)
    {
        // The fused kernel walks through memory, so all of a parameter's tensors must lie in it alike.
        if (hasFused && new[] { values, gradients, memory.Means, memory.Squares, memory.Greatest }.All(tensors => tensors.All(tensor => tensor.is_contiguous())))
        {
            Fused(values, gradients, memory, step);
        }
        else
        {
            Plain(values, gradients, memory, step);
        }
    }

    public static void Fused(IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, AdamMemory memory, AdamStep step)
    {
        // _fused_adam[w]_(Tensor[] self, Tensor[] grads, Tensor[] exp_avgs, Tensor[] exp_avg_sqs, Tensor[] max_exp_avg_sqs, Tensor[] state_steps, *,
        //     float lr, float beta1, float beta2, float weight_decay, float eps, bool amsgrad, bool maximize, Tensor? grad_scale, Tensor? found_inf)
        Span<ulong> stack =
        [
            Dispatcher.List(values), Dispatcher.List(gradients), Dispatcher.List(memory.Means), Dispatcher.List(memory.Squares), Dispatcher.List(memory.Greatest), Dispatcher.List(memory.Steps),
            Dispatcher.From(step.Rate), Dispatcher.From(step.Beta1), Dispatcher.From(step.Beta2), Dispatcher.From(step.Decay), Dispatcher.From(step.Epsilon),
            Dispatcher.From(memory.Greatest.Count > 0), Dispatcher.From(false), Dispatcher.None, Dispatcher.None,
        ];
        Dispatcher.Run(step.IsDecoupled ? "aten::_fused_adamw_\0"u8 : "aten::_fused_adam_\0"u8, stack);
    }

    public static void Plain(IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, AdamMemory memory, AdamStep step)
    {
        for (var i = 0; i < values.Count; i++)
        {
            using var scope = NewDisposeScope();
            var (value, gradient, mean, square) = (values[i], gradients[i], memory.Means[i], memory.Squares[i]);
            var seen = memory.Steps[i].item<float>();
            if (step.IsDecoupled)
            {
                value.mul_(Constant(1 - (step.Rate * step.Decay)));
            }
            else
            {
                gradient = Ops.Add(gradient, value.mul(Constant(step.Decay)));
            }

            mean.lerp_(gradient, Constant(1 - step.Beta1));
            Ops.AddTo(square.mul_(Constant(step.Beta2)), gradient.mul(gradient).mul_(Constant(1 - step.Beta2)));
            if (memory.Greatest.Count > 0)
            {
                square = memory.Greatest[i].copy_(square.maximum(memory.Greatest[i]));
            }

            var root = Ops.AddTo(square.sqrt().div_(Constant(Math.Sqrt(1 - Math.Pow(step.Beta2, seen)))), Constant(step.Epsilon));
            value.sub_(mean.div(root).mul_(Constant(step.Rate / (1 - Math.Pow(step.Beta1, seen)))));

            Tensor Constant(double number) => tensor(number, value.dtype, value.device);
        }
    }

    private static Tensor Try(Action<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, AdamMemory, AdamStep> update)
    {
        var value = SelfTest.Numbers(5);
        update(
            [value],
            [SelfTest.Numbers(5).neg()],
            new([SelfTest.Numbers(5)], [SelfTest.Numbers(5).abs()], [tensor(3f)], [SelfTest.Numbers(5).abs()]),
            new(0.1, 0.9, 0.99, 1e-8, 0.1, IsDecoupled: false));
        return value;
    }
}
