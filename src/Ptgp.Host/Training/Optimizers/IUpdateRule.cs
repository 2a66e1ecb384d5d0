using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>How an optimizer changes parameters. It holds no state of its own: what it remembers lies in the slots, so that a resumed training goes on the same.</summary>
internal interface IUpdateRule
{
    /// <summary>Makes what it will remember of a parameter that has seen no step, in the caller's scope.</summary>
    IReadOnlyDictionary<string, Tensor> Begin(Tensor value);

    /// <summary>Changes parameters in place by their gradients. Called without gradients and in a scope; it may use the gradients' memory, and does not wait for the device.</summary>
    void Update(IReadOnlyList<OptimizerSlot> slots, double learningRate, double decay);
}
