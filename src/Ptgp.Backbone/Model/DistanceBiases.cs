using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What is added to each head's queries before they look at keys, and before they look at distances: <c>[heads, head width]</c> each.</summary>
internal sealed class DistanceBiases : nn.Module
{
    private readonly Table content, position;

    public DistanceBiases(string path, ParameterSource source, StackConfig stack) : base(nameof(DistanceBiases))
    {
        long[] shape = [stack.Heads, stack.HeadWidth];
        register_module("content", content = new(path + ".content", source, null, shape));
        register_module("position", position = new(path + ".position", source, null, shape));
    }

    /// <summary>Gets u of the paper.</summary>
    public Parameter Content => content.Bias!;

    /// <summary>Gets v of the paper.</summary>
    public Parameter Position => position.Bias!;
}
