using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>
/// Adafactor (Shazeer and Stern 2018) as transformers computes it: of squared gradients it remembers the means of rows and columns alone, and steps are cut to a
/// root mean square. Its relative step is a matter of <see cref="LearningRate"/>.
/// </summary>
internal sealed class AdafactorRule : IUpdateRule
{
    private const string Mean = "mean", Square = "square", Rows = "rows", Columns = "columns", Steps = "steps";

    private readonly FineTuningRecipe recipe;

    /// <summary>Initializes the rule.</summary>
    /// <exception cref="UsageException">The recipe's fields do not go together.</exception>
    public AdafactorRule(FineTuningRecipe recipe)
    {
        if (recipe.WarmupInit && !recipe.RelativeStep)
        {
            throw new UsageException("Adafactor's 'warmupInit' must go with 'relativeStep', whose beginning it is, but that is false. Set it too, or use 'warmup' with a learning rate of your own.");
        }

        this.recipe = recipe;
    }

    /// <inheritdoc />
    public IReadOnlyDictionary<string, Tensor> Begin(Tensor value)
    {
        // The count lies on the CPU, so that reading it waits for no device.
        Dictionary<string, Tensor> memory = new() { [Steps] = zeros([], float32) };
        if (IsFactored(value))
        {
            memory[Rows] = zeros(value.shape[..^1], float32, value.device);
            memory[Columns] = zeros([.. value.shape[..^2], value.shape[^1]], float32, value.device);
        }
        else
        {
            memory[Square] = zeros_like(value);
        }

        if (recipe.Beta1 is not null)
        {
            memory[Mean] = zeros_like(value);
        }

        return memory;
    }

    /// <inheritdoc />
    public void Update(IReadOnlyList<OptimizerSlot> slots, double learningRate, double decay)
    {
        var one = ones([], float32);
        foreach (var slot in slots)
        {
            using var scope = NewDisposeScope();
            Ops.AddTo(slot[Steps], one);
            Update(slot, learningRate, decay);
        }
    }

    private static bool IsFactored(Tensor value) => value.dim() > 1;

    private void Update(OptimizerSlot slot, double learningRate, double decay)
    {
        var (value, gradient) = (slot.Value, slot.Gradient);
        // The means are those of few steps at first, of ever more later.
        var kept = 1 - Math.Pow(slot[Steps].item<float>(), recipe.DecayRate);
        var rate = recipe.ScaleParameter ? RootMeanSquare(value).maximum(Constant(recipe.ScaleEpsilon)).mul_(Constant(learningRate)) : Constant(learningRate);
        var square = Ops.AddTo(gradient.mul(gradient), Constant(recipe.Epsilon ?? 1e-30));
        var step = Root(slot, square, kept).mul_(gradient);
        step.div_(RootMeanSquare(step).div_(Constant(recipe.ClipThreshold)).maximum(Constant(1))).mul_(rate);
        if (recipe.Beta1 is { } beta)
        {
            step = Blend(slot[Mean], step, beta);
        }

        if (decay != 0)
        {
            value.sub_(value.mul(rate.mul(Constant(decay))));
        }

        value.sub_(step);

        Tensor Constant(double number) => tensor(number, value.dtype, value.device);
    }

    // One over the root of the mean squares, from rows and columns where there are any.
    private static Tensor Root(OptimizerSlot slot, Tensor square, double kept)
    {
        if (!IsFactored(square))
        {
            return Blend(slot[Square], square, kept).rsqrt();
        }

        var rows = Blend(slot[Rows], square.mean([-1]), kept);
        var columns = Blend(slot[Columns], square.mean([-2]), kept);
        return rows.div(rows.mean([-1], keepdim: true)).rsqrt_().unsqueeze(-1).mul(columns.unsqueeze(-2).rsqrt());
    }

    private static Tensor Blend(Tensor mean, Tensor now, double kept) =>
        Ops.AddTo(mean.mul_(tensor(kept, mean.dtype, mean.device)), now.mul(tensor(1 - kept, mean.dtype, mean.device)));

    private static Tensor RootMeanSquare(Tensor tensor) => tensor.mul(tensor).mean().sqrt_();
}
