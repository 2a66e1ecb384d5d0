using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Native;

/// <summary>One step of gradient descent for many parameters.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Momentum">How much of the velocity stays; 0 for gradients alone.</param>
/// <param name="Dampening">How much of the gradient does not go into the velocity.</param>
/// <param name="IsNesterov">Whether a step looks ahead along the velocity.</param>
/// <param name="Decay">How much of each weight is added to its gradient.</param>
public readonly record struct SgdStep(double Rate, double Momentum, double Dampening, bool IsNesterov, double Decay);

/// <summary>The two ways to make a step of gradient descent.</summary>
internal static class SgdKernel
{
    private static readonly bool hasFused = SelfTest.Passes(() => Try(Fused), () => Try(Plain));

    public static void Update(IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> velocities, bool isFirst, SgdStep step)
    {
        // As with Adam, all of a parameter's tensors must lie in memory alike.
        if (hasFused && new[] { values, gradients, velocities }.All(tensors => tensors.All(tensor => tensor.is_contiguous())))
        {
            Fused(values, gradients, velocities, isFirst, step);
        }
        else
        {
            Plain(values, gradients, velocities, isFirst, step);
        }
    }

    public static void Fused(IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> velocities, bool isFirst, SgdStep step)
    {
        // _fused_sgd_(Tensor[] self, Tensor[] grads, Tensor[] momentum_buffer_list, *, float weight_decay, float momentum, float lr, float dampening,
        //     bool nesterov, bool maximize, bool is_first_step, Tensor? grad_scale, Tensor? found_inf)
        Span<ulong> stack =
        [
            Dispatcher.List(values), Dispatcher.List(gradients), Dispatcher.List(velocities), Dispatcher.From(step.Decay), Dispatcher.From(step.Momentum), Dispatcher.From(step.Rate),
            Dispatcher.From(step.Dampening), Dispatcher.From(step.IsNesterov), Dispatcher.From(false), Dispatcher.From(isFirst), Dispatcher.None, Dispatcher.None,
        ];
        Dispatcher.Run("aten::_fused_sgd_\0"u8, stack);
    }

    public static void Plain(IReadOnlyList<Tensor> values, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> velocities, bool isFirst, SgdStep step)
    {
        for (var i = 0; i < values.Count; i++)
        {
            using var scope = NewDisposeScope();
            var value = values[i];
            var gradient = Ops.Add(gradients[i], value.mul(Constant(step.Decay)));
            if (step.Momentum != 0)
            {
                // The first velocity is the gradient, which is not dampened.
                var velocity = isFirst
                    ? velocities[i].copy_(gradient)
                    : Ops.AddTo(velocities[i].mul_(Constant(step.Momentum)), gradient.mul(Constant(1 - step.Dampening)));
                gradient = step.IsNesterov ? Ops.Add(gradient, velocity.mul(Constant(step.Momentum))) : velocity;
            }

            value.sub_(gradient.mul(Constant(step.Rate)));

            Tensor Constant(double number) => tensor(number, value.dtype, value.device);
        }
    }

    private static Tensor Try(Action<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, bool, SgdStep> update)
    {
        var value = SelfTest.Numbers(5);
        update([value], [SelfTest.Numbers(5).neg()], [SelfTest.Numbers(5)], false, new(0.1, 0.9, 0.2, IsNesterov: true, 0.1));
        return value;
    }
}
