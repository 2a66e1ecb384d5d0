using TorchSharp.Modules;

namespace Ptgp.Host.Training;

/// <summary>A parameter that is learned.</summary>
/// <param name="Name">A name no other has, such as <c>head.classifier.weight</c> or <c>backbone.encoder.layers.0.self_attention.q.weight</c>.</param>
/// <param name="Value">The parameter.</param>
internal sealed record TrainedParameter(string Name, Parameter Value)
{
    /// <summary>Gets its share of the learning rate.</summary>
    public double RateShare { get; init; } = 1;

    /// <summary>Gets whether weight decay shrinks it: not biases (by name, so neither T5's relative ones, as in the reference) and not norms, which are vectors.</summary>
    public bool Decays => Value.dim() > 1 && !Name.Contains("bias", StringComparison.OrdinalIgnoreCase);
}
