using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>A parameter, and what an optimizer remembers of it.</summary>
internal sealed class OptimizerSlot
{
    private readonly Dictionary<string, Tensor> memory;

    /// <summary>Initializes a slot that owns its memory from now on.</summary>
    public OptimizerSlot(TrainedParameter parameter, IReadOnlyDictionary<string, Tensor> memory)
    {
        Parameter = parameter;
        this.memory = memory.ToDictionary(item => item.Key, item => item.Value.DetachFromDisposeScope(), StringComparer.Ordinal);
    }

    /// <summary>Gets the parameter.</summary>
    public TrainedParameter Parameter { get; }

    /// <summary>Gets the parameter's value.</summary>
    public Tensor Value => Parameter.Value;

    /// <summary>Gets the gradient, in the caller's scope. It is there whenever a rule is asked to update.</summary>
    public Tensor Gradient => Parameter.Value.grad!;

    /// <summary>Gets the memory under names that no other parameter's has.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State => memory.Select(item => new KeyValuePair<string, Tensor>($"{Parameter.Name}.{item.Key}", item.Value));

    /// <summary>Gets a part of the memory.</summary>
    public Tensor this[string name] => memory[name];
}
