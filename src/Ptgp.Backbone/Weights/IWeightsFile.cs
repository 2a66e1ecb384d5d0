using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>A file of named tensors, opened without reading one.</summary>
internal interface IWeightsFile : IDisposable
{
    /// <summary>Gets the tensors by name.</summary>
    IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>A tensor over the file's memory, or over a copy where it cannot be used in place. The caller disposes it.</summary>
    /// <exception cref="CheckpointException">The file has no such tensor.</exception>
    Tensor Read(string name);

    /// <summary>Has the system read a tensor ahead; returns at once.</summary>
    void Prefetch(string name);

    /// <summary>Gives the memory of a tensor back to the system, once it was copied elsewhere; it can be read again.</summary>
    void Forget(string name);
}
