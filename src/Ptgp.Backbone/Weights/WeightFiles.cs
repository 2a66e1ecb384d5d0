using System.Text.Json;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Weights;

/// <summary>The weights of a checkpoint folder: one <c>model.safetensors</c>, or several files that <c>model.safetensors.index.json</c> lists.</summary>
public sealed class WeightFiles : IDisposable
{
    /// <summary>The name of a file that holds all weights.</summary>
    public const string SingleFile = "model.safetensors";

    /// <summary>The name of the file that says which of several files holds which tensor.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    private readonly Dictionary<string, SafeTensorsFile> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafeTensorsFile> holders = new(StringComparer.Ordinal);
    private readonly bool copyOnWrite;

    private WeightFiles(string folder, bool copyOnWrite) => (Folder, this.copyOnWrite) = (folder, copyOnWrite);

    /// <summary>Gets the checkpoint's folder.</summary>
    public string Folder { get; }

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

    /// <summary>Forbids further reads; tensors already read stay valid.</summary>
    public void Dispose()
    {
        foreach (var file in files.Values)
        {
            file.Dispose();
        }
    }

    private SafeTensorsFile Holder(string name) => holders.TryGetValue(name, out var file)
        ? file
        : throw new CheckpointException($"Checkpoint '{Folder}' has no tensor '{name}'.");

    private void OpenAll()
    {
        if (File.Exists(Path.Combine(Folder, SingleFile)))
        {
            foreach (var name in OpenFile(SingleFile).Entries.Keys)
            {
                holders[name] = files[SingleFile];
            }
        }
        else if (File.Exists(Path.Combine(Folder, IndexFile)))
        {
            foreach (var (name, file) in ReadIndex(Path.Combine(Folder, IndexFile)))
            {
                holders[name] = OpenFile(file);
                if (!holders[name].Entries.ContainsKey(name))
                {
                    throw new CheckpointException($"'{Path.Combine(Folder, IndexFile)}' says that '{file}' holds tensor '{name}', but it does not. Download both again.");
                }
            }
        }
        else
        {
            throw new CheckpointException(WithoutWeights());
        }
    }

    private SafeTensorsFile OpenFile(string name)
    {
        if (!files.TryGetValue(name, out var file))
        {
            files[name] = file = SafeTensorsFile.Open(Path.Combine(Folder, name), copyOnWrite);
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
        return $"Checkpoint folder '{Folder}' has no weights: it must hold '{SingleFile}' or '{IndexFile}'."
            + (foreign is null ? "" : $" It holds '{foreign}', which is not read; take the safetensors form of this checkpoint.");
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        try
        {
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
