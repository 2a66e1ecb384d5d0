namespace Ptgp.Backbone.Native;

/// <summary>The ways to compute a linear layer. All give the same numbers but for rounding.</summary>
internal enum LinearKernel
{
    /// <summary>From the weights as they are, <c>[outputs, inputs]</c>.</summary>
    Plain,

    /// <summary>From the weights as they are by <see cref="NearLinear"/>, for few rows.</summary>
    Near,

    /// <summary>From a copy in the order of oneDNN's kernels.</summary>
    Packed,

    /// <summary>From a copy in panels of outputs by <see cref="PanelLinear"/>.</summary>
    Panels,

    /// <summary>From a copy of 8 bits a weight by <see cref="QuantizedLinear"/>. Its numbers are rounded, so it is asked for.</summary>
    Quantized,

    /// <summary>The same for few rows by <see cref="NearProducts"/>; to the bit the same numbers as <see cref="Quantized"/>.</summary>
    NearQuantized,
}
