using Ptgp.Backbone.Native;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019) as torch computes it. Weights decay by groups; see <see cref="TrainedParameter.Decays"/>.</summary>
/// <remarks>A parameter that a step's loss does not reach stays as it is in that step.</remarks>
internal sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly Slot[] slots;
    private readonly double decay;

    /// <summary>Initializes an optimizer that has seen nothing yet.</summary>
    public AdamW(IEnumerable<TrainedParameter> parameters, double decay)
    {
        this.decay = decay;
        using var scope = NewDisposeScope();
        slots = [.. parameters.Select(parameter => new Slot(parameter))];
    }

    /// <summary>Gets the gradients of the parameters that the loss reached, in the caller's scope.</summary>
    public IReadOnlyList<Tensor> Gradients() => [.. slots.Select(slot => slot.Parameter.Value.grad).OfType<Tensor>()];

    /// <summary>Makes one step, and lets go of the gradients.</summary>
    public void Step(double learningRate)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        var one = ones([], float32, slots[0].Steps.device);
        var all = slots.Select(slot => (Slot: slot, Gradient: slot.Parameter.Value.grad)).Where(item => item.Gradient is not null);
        foreach (var group in all.GroupBy(item => item.Slot.Parameter.Decays))
        {
            Slot[] reached = [.. group.Select(item => item.Slot)];
            foreach (var slot in reached)
            {
                Ops.AddTo(slot.Steps, one);
            }

            Ops.FusedAdamW(
                [.. reached.Select(slot => (Tensor)slot.Parameter.Value)],
                [.. group.Select(item => item.Gradient!)],
                [.. reached.Select(slot => slot.Mean)],
                [.. reached.Select(slot => slot.Square)],
                [.. reached.Select(slot => slot.Steps)],
                new(learningRate, Beta1, Beta2, Epsilon, group.Key ? decay : 0));
        }

        foreach (var slot in slots)
        {
            slot.Parameter.Value.grad = null;
        }
    }

    /// <summary>Gets what a later run needs to go on: the averages by parameter, and how many steps each has seen.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => slots.SelectMany(slot => slot.State);

    /// <summary>Takes up where another optimizer of the same parameters stood.</summary>
    public void Load(Func<string, Tensor> read)
    {
        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        foreach (var (name, tensor) in State)
        {
            tensor.copy_(read(name));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (_, tensor) in State)
        {
            tensor.Dispose();
        }
    }

    private sealed class Slot
    {
        public Slot(TrainedParameter parameter)
        {
            Parameter = parameter;
            Mean = zeros_like(parameter.Value).DetachFromDisposeScope();
            Square = zeros_like(parameter.Value).DetachFromDisposeScope();
            Steps = zeros([], float32, parameter.Value.device).DetachFromDisposeScope();
        }

        public TrainedParameter Parameter { get; }

        public Tensor Mean { get; }

        public Tensor Square { get; }

        public Tensor Steps { get; }

        public KeyValuePair<string, Tensor>[] State =>
            [new(Parameter.Name + ".mean", Mean), new(Parameter.Name + ".square", Square), new(Parameter.Name + ".steps", Steps)];
    }
}
