using Ptgp.Backbone;
using Ptgp.Backbone.Generation;

namespace Ptgp.Host.Tasks;

/// <summary>A backbone in memory, shared by all tasks that name it.</summary>
internal sealed class LoadedBackbone : IDisposable
{
    private LoadedBackbone(CheckpointFolder folder, BackboneDescription description, ITokenizer tokenizer, Transformer transformer, ComputeDevice device, WritingEngine engine) =>
        (Folder, Description, Tokenizer, Transformer, Device, Engine) = (folder, description, tokenizer, transformer, device, engine);

    /// <summary>Gets the checkpoint it came from.</summary>
    public CheckpointFolder Folder { get; }

    public BackboneDescription Description { get; }

    public ITokenizer Tokenizer { get; }

    /// <summary>Gets the head that the checkpoint was saved with; null when it has none.</summary>
    public CheckpointHead? Head { get; private init; }

    /// <summary>Gets the shared weights, in evaluation mode; nobody changes them.</summary>
    public Transformer Transformer { get; }

    public ComputeDevice Device { get; }

    /// <summary>Gets what writes with it, and the thread that computes with it.</summary>
    public WritingEngine Engine { get; }

    /// <summary>Loads the weights of a backbone.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="description">What it can do.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="device">What it computes on and with.</param>
    /// <param name="limits">How much is written at once; null for the defaults.</param>
    /// <exception cref="CheckpointException">They are broken.</exception>
    public static LoadedBackbone Load(CheckpointFolder folder, BackboneDescription description, ITokenizer tokenizer, ComputeDevice device, EngineLimits? limits = null)
    {
        var transformer = folder.LoadTransformer(device.Device, device.Dtype, arithmetic: device.Arithmetic);
        return new(folder, description, tokenizer, transformer, device, new WritingEngine(transformer, tokenizer, limits)) { Head = folder.LoadHead(device.Device) };
    }

    public void Dispose()
    {
        Engine.Dispose();
        Transformer.Dispose();
        foreach (var tensor in Head?.Weights.Values ?? [])
        {
            tensor.Dispose();
        }
    }
}
