namespace Ptgp.Backbone;

/// <summary>How layers compute in float32 on the CPU when nothing is learned. Elsewhere they are plain.</summary>
[Flags]
public enum LinearArithmetic
{
    /// <summary>By the kernels that are the fastest for a shape and number of rows, so that a row's last bits may depend on what stands beside it.</summary>
    Fastest = 0,

    /// <summary>So that a row's result is the same to the bit whatever stands beside it.</summary>
    Strict = 1,

    /// <summary>Linear layers with 8 bits a weight, a scale for each output, and 8 bits an input, a scale and a zero for each row: rounded.</summary>
    Quantized = 2,
}
