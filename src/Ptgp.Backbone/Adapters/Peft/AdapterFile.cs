using Ptgp.Backbone.Weights;
using Ptgp.Backbone.Weights.Pickles;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The tensors of an adapter's folder, and which of them nobody has taken.</summary>
internal sealed class AdapterFile : IDisposable
{
    public const string Name = "adapter_model.safetensors";

    private const string PickleName = "adapter_model.bin";

    private readonly IWeightsFile file;
    private readonly Device device;
    private readonly HashSet<string> untaken;

    private AdapterFile(string path, IWeightsFile file, Device device)
    {
        (Path, this.file, this.device) = (path, file, device);
        untaken = [.. file.Entries.Keys];
    }

    /// <summary>Gets the file's path.</summary>
    public string Path { get; }

    /// <summary>Gets the names of all tensors.</summary>
    public IEnumerable<string> Names => file.Entries.Keys;

    /// <summary>Gets the names of tensors that were not taken, in order.</summary>
    public IReadOnlyList<string> Untaken => [.. untaken.Order(StringComparer.Ordinal)];

    /// <summary>Opens an adapter's tensors, to be read onto a device.</summary>
    /// <exception cref="CheckpointException">There are none, or the file is broken.</exception>
    public static AdapterFile Open(string folder, Device device)
    {
        var (path, older) = (System.IO.Path.Combine(folder, Name), System.IO.Path.Combine(folder, PickleName));
        return File.Exists(path) || !File.Exists(older) ? new(path, SafeTensorsFile.Open(path), device) : new(older, PickleFile.Open(older), device);
    }

    /// <summary>Gets what the file says of a tensor; null when it has none of this name.</summary>
    public TensorEntry? Find(string name) => file.Entries.GetValueOrDefault(name);

    /// <summary>Takes a tensor of a shape, float32 and a copy of its own: the file's memory must not be written to, and would be held for as long as the adapter lives.</summary>
    /// <exception cref="CheckpointException">It is not there, or has another shape.</exception>
    public Tensor Take(string name, params long[] shape)
    {
        var entry = Find(name) ?? throw new CheckpointException($"Adapter '{Path}' is not whole: it must have a tensor '{name}', but has none.");
        if (!entry.Shape.SequenceEqual(shape))
        {
            throw new CheckpointException($"Adapter '{Path}' was made for another backbone: '{name}' must be [{string.Join(", ", shape)}], but is {entry}.");
        }

        untaken.Remove(name);
        return file.Read(name).to(float32).to(device, copy: true);
    }

    public void Dispose() => file.Dispose();
}
