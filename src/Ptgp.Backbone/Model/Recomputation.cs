using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>
/// Computes a layer and keeps only what it read; when its gradients are asked for, computes it anew, and only then what lies between (Chen et al. 2016).
/// What was drawn is drawn again, and what <see cref="Autocast"/> rounded is rounded again, so that gradients are those of a layer whose values were kept.
/// </summary>
internal sealed class Recomputation : autograd.SingleTensorFunction<Recomputation>
{
    private const string Key = nameof(Act);

    private static Exception? failure;

    // libtorch copies what a backward pass returns after it has returned, so that nobody but the next one can let go of it.
    [ThreadStatic]
    private static Tensor?[]? handedOver;

    /// <inheritdoc />
    public override string Name => nameof(Recomputation);

    /// <summary>Computes a layer so. It must give the same for the same inputs, and hold no other tensors than parameters.</summary>
    /// <param name="layer">The layer, of the inputs in their order.</param>
    /// <param name="draws">Whether it drops anything by lot.</param>
    /// <param name="inputs">What it reads; null where there is nothing.</param>
    public static Tensor Of(Func<Tensor?[], Tensor> layer, bool draws, params Tensor?[] inputs)
    {
        using var scope = NewDisposeScope();
        // What the layer itself learns has gradients even where nothing that it reads has any.
        var anchor = zeros([], requires_grad: true);
        Act act = new(layer, Autocast.Active, draws ? RandomState.Of(inputs.OfType<Tensor>().First().device) : null, inputs.Length);
        return apply([act, anchor, .. inputs]).MoveToOuterDisposeScope();
    }

    /// <summary>Throws what went wrong when a layer was computed anew. Libtorch, which asked for it, cannot pass it on.</summary>
    public static void ThrowIfFailed()
    {
        if (Interlocked.Exchange(ref failure, null) is { } fault)
        {
            throw new InvalidOperationException($"A layer must be computed anew for its gradients, but was not: {fault.Message}", fault);
        }
    }

    /// <inheritdoc />
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (act, inputs) = ((Act)vars[0], vars[2..].Cast<Tensor?>().ToList());
        ctx.set_materialize_grads(false);
        ctx.save_data(Key, act);
        ctx.save_for_backward(inputs!);
        using var scope = NewDisposeScope();
        // As it will be computed again, so that the same kernels are chosen.
        using var gradients = enable_grad();
        var made = act.Compute(Leaves(inputs));
        var result = made.detach();
        if (!made.requires_grad)
        {
            ctx.mark_non_differentiable([result]);
        }

        return result.MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        foreach (var last in handedOver ?? [])
        {
            last?.Dispose();
        }

        var act = (Act)ctx.get_data(Key);
        handedOver = grad_output.IsInvalid ? [] : Gradients(act, ctx, grad_output);
        // One for each argument, of which the first two have none.
        List<Tensor?> all = [null, null, .. handedOver, .. new Tensor?[act.Inputs - handedOver.Length]];
        return all!;
    }

    private static Tensor?[] Gradients(Act act, autograd.AutogradContext ctx, Tensor gradient)
    {
        try
        {
            using var scope = NewDisposeScope();
            var leaves = Leaves(ctx.get_saved_variables());
            using (enable_grad())
            {
                autograd.backward([act.ComputeAgain(leaves)], [gradient]);
            }

            return [.. leaves.Select(leaf => leaf is { requires_grad: true } ? leaf.grad?.MoveToOuterDisposeScope() : null)];
        }
#pragma warning disable CA1031 // Whatever it is would end the process here.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref failure, fault, null);
            return [];
        }
        finally
        {
            gradient.Dispose();
        }
    }

    private static Tensor?[] Leaves(IEnumerable<Tensor?> inputs) => [.. inputs.Select(input => input?.detach().requires_grad_(input.requires_grad))];

    private sealed record Act(Func<Tensor?[], Tensor> Layer, TorchSharp.DeviceType? Rounds, RandomState? Drawn, int Inputs)
    {
        // A leaf is none of its layer's: Autocast would keep what it rounds of it, and add up its gradients rounded.
        public Tensor Compute(Tensor?[] leaves) => Layer([.. leaves.Select(leaf => leaf?.view_as(leaf))]);

        public Tensor ComputeAgain(Tensor?[] leaves)
        {
            using var rounding = Rounds is { } device ? Autocast.Begin(device) : null;
            using var drawing = Drawn?.Return();
            return Compute(leaves);
        }
    }
}
