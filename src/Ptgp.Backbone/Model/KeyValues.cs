using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What an attention layer looks at.</summary>
/// <param name="Keys"><c>[batch, heads of keys, length, head width]</c>.</param>
/// <param name="Values">Likewise.</param>
internal readonly record struct KeyValues(Tensor Keys, Tensor Values);
