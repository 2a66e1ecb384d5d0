using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Gives a Transformer under construction its parameters.</summary>
public abstract class ParameterSource
{
    /// <summary>Gets the device the parameters lie on.</summary>
    public abstract Device Device { get; }

    /// <summary>Gets the tensor of a canonical name, such as <c>encoder.layers.0.self_attention.q.weight</c>.</summary>
    public abstract Tensor Get(string name, long[] shape, Initialization initialization);

    /// <summary>Finds a table that need not be stored, since it follows from its shape; null when it is not.</summary>
    public virtual Tensor? Find(string name, long[] shape) => null;

    /// <summary>Tells whether there is a tensor that a Transformer can do without.</summary>
    public virtual bool Has(string name) => true;

    /// <summary>Gets whether the parameters will be trained.</summary>
    public virtual bool IsTrainable => false;
}

/// <summary>How a fresh parameter is drawn.</summary>
/// <param name="Mean">Its mean.</param>
/// <param name="Deviation">Its standard deviation; 0 for a constant.</param>
/// <param name="IsUniform">Whether all values are equally likely, up to √3 deviations from the mean; otherwise they are distributed normally.</param>
public readonly record struct Initialization(double Mean, double Deviation, bool IsUniform = false)
{
    /// <summary>All zeros.</summary>
    public static Initialization Zeros => new(0, 0);

    /// <summary>All ones.</summary>
    public static Initialization Ones => new(1, 0);
}
