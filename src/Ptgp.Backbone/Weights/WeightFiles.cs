using System.Text.Json;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>
/// The weights of a checkpoint folder: one <c>model.safetensors</c>, or several files that <c>model.safetensors.index.json</c> lists; where there is
/// neither, <c>pytorch_model.bin</c> in the same two ways.
/// </summary>
public sealed class WeightFiles : IDisposable
{
    /// <summary>The name of a file that holds all weights.</summary>
    public const string SingleFile = "model.safetensors";

    /// <summary>The name of the file that says which of several files holds which tensor.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    // As for a header; the largest real ones are a few MB.
    private const long LargestIndex = 100_000_000;

    private readonly Dictionary<string, IWeightsFile> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> holders = new(StringComparer.Ordinal); // by tensor, the file that holds it
    private readonly bool copyOnWrite;

    private WeightFiles(string folder, bool copyOnWrite) => (Folder, this.copyOnWrite) = (folder, copyOnWrite);

    /// <summary>Gets the checkpoint's folder.</summary>
    public string Folder { get; }

    /// <summary>Gets the form of the files: <c>safetensors</c> or <c>pickle</c>.</summary>
    public string Format { get; private set; } = "";

    /// <summary>Gets the names of the files that hold tensors.</summary>
    public IReadOnlyCollection<string> Files => files.Keys;

    /// <summary>Gets the names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => holders.Keys;

    /// <summary>Gets what is known of a tensor.</summary>
    /// <exception cref="CheckpointException">There is no such tensor.</exception>
    public TensorEntry this[string name] => Holder(name).Entries[name];

    /// <summary>Opens a folder's weights and checks the headers of all their files; reads no tensor.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="copyOnWrite">Whether tensors may be changed in place; see <see cref="SafeTensorsFile.Open"/>.</param>
    /// <exception cref="CheckpointException">There are no weights, or they are not sound.</exception>
    public static WeightFiles Open(string folder, bool copyOnWrite = false)
    {
        var weights = new WeightFiles(folder, copyOnWrite);
        try
        {
            weights.OpenAll();
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => holders.ContainsKey(name);

    /// <summary>A tensor over the files' memory; see <see cref="SafeTensorsFile.Read"/>.</summary>
    /// <exception cref="CheckpointException">There is no such tensor.</exception>
    public Tensor Read(string name) => Holder(name).Read(name);

    /// <summary>Gets the name of the file that holds a tensor.</summary>
    /// <exception cref="CheckpointException">There is no such tensor.</exception>
    public string FileOf(string name) => holders.TryGetValue(name, out var file) ? file : throw new CheckpointException($"Checkpoint '{Folder}' has no tensor '{name}'.");

    /// <summary>Has the system read a tensor ahead, in large pieces; returns at once.</summary>
    /// <exception cref="CheckpointException">There is no such tensor.</exception>
    public void Prefetch(string name) => Holder(name).Prefetch(name);

    /// <summary>Gives the memory of a tensor back to the system once it was copied to another device; it can be read again.</summary>
    /// <exception cref="CheckpointException">There is no such tensor.</exception>
    public void Forget(string name) => Holder(name).Forget(name);

    /// <summary>Forbids further reads; tensors already read stay valid.</summary>
    public void Dispose()
    {
        foreach (var file in files.Values)
        {
            file.Dispose();
        }
    }

    private IWeightsFile Holder(string name) => files[FileOf(name)];

    private void OpenAll()
    {
        var format = WeightFormat.All.FirstOrDefault(format => Has(format.Single) || Has(format.Index)) ?? throw new CheckpointException(WithoutWeights());
        Format = format.Name;
        if (Has(format.Single))
        {
            foreach (var name in OpenFile(format, format.Single).Entries.Keys)
            {
                holders[name] = format.Single;
            }

            return;
        }

        var index = Path.Combine(Folder, format.Index);
        foreach (var (name, file) in ReadIndex(index))
        {
            holders[name] = OpenFile(format, file).Entries.ContainsKey(name)
                ? file
                : throw new CheckpointException($"'{index}' says that '{file}' holds tensor '{name}', but it does not. Download both again.");
        }
    }

    private bool Has(string file) => File.Exists(Path.Combine(Folder, file));

    private IWeightsFile OpenFile(WeightFormat format, string name)
    {
        if (!files.TryGetValue(name, out var file))
        {
            files[name] = file = format.Open(Path.Combine(Folder, name), copyOnWrite);
        }

        return file;
    }

    private string WithoutWeights()
    {
        if (!Directory.Exists(Folder))
        {
            return $"Checkpoint folder '{Folder}' does not exist.";
        }

        var foreign = Directory.EnumerateFiles(Folder)
            .Select(Path.GetFileName)
            .FirstOrDefault(name => Path.GetExtension(name) is ".bin" or ".pt" or ".pth" or ".h5" or ".msgpack" or ".gguf" or ".safetensors");
        return $"Checkpoint folder '{Folder}' has no weights: it must hold '{SingleFile}' or '{IndexFile}', or else 'pytorch_model.bin' or its index."
            + (foreign is null ? "" : $" It holds '{foreign}', which is not read; take the safetensors form of this checkpoint.");
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LargestIndex)
            {
                throw new CheckpointException($"'{path}' must have at most {LargestIndex} bytes, but has {new FileInfo(path).Length}.");
            }

            using var index = JsonDocument.Parse(File.ReadAllBytes(path));
            var places = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var place in index.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                var file = place.Value.GetString();
                if (!IsPlainName(file))
                {
                    throw new CheckpointException($"'{path}' puts tensor '{place.Name}' into '{file}', which must be the name of a file in the same folder.");
                }

                if (!places.TryAdd(place.Name, file!))
                {
                    throw new CheckpointException($"'{path}' names tensor '{place.Name}' twice.");
                }
            }

            return places;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CheckpointException($"'{path}' must be a JSON object with an object 'weight_map' from tensor names to file names: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"'{path}' cannot be read: {fault.Message}", fault);
        }
    }

    // A path with any folder in it, even this one, could lead elsewhere.
    private static bool IsPlainName(string? name) => !string.IsNullOrEmpty(name) && name is not ("." or "..") && name.AsSpan().IndexOfAny("/\\:\0") < 0;
}
