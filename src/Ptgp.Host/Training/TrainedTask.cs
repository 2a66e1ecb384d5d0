using Ptgp.Backbone;
using Ptgp.Backbone.Weights;
using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Training;

/// <summary>
/// What a task has learned, as a folder: its deltas as a PEFT adapter, or bottlenecks, or its own copy of the backbone as a checkpoint, or none of these;
/// and its head's parameters in <c>head.safetensors</c>, if it has any.
/// </summary>
internal sealed class TrainedTask(CheckpointFolder checkpoint, BackboneView view, nn.Module head)
{
    /// <summary>The file of the head's parameters and buffers.</summary>
    public const string HeadFile = "head.safetensors";

    private static readonly string[] Kinds = [".weight", ".bias"];

    /// <summary>Saves into a folder that exists.</summary>
    /// <param name="folder">The folder; under <see cref="BackboneTuning.Full"/> it must be empty.</param>
    /// <param name="tuning">What was learned beside the head.</param>
    public void Save(string folder, BackboneTuning tuning)
    {
        if (tuning == BackboneTuning.Full)
        {
            checkpoint.Save(view.Transformer, folder);
        }
        else if (view.Adapter is { } adapter)
        {
            new AdapterFolder(checkpoint, view.Transformer).Save(adapter, folder);
        }

        var state = head.state_dict();
        if (state.Count > 0)
        {
            SafeTensorsWriter.Write(Path.Combine(folder, HeadFile), state);
        }
    }

    /// <summary>Finds where what was learned lies: in <c>best</c> of a folder that <c>ptgp train</c> wrote, or in the folder itself.</summary>
    /// <exception cref="ConfigurationException">There is nothing of the kind.</exception>
    public static string Find(string folder)
    {
        string[] places = [Path.Combine(folder, TrainingFolder.Best), folder];
        return places.FirstOrDefault(place => AdapterFolder.IsAdapter(place) || IsCheckpoint(place) || File.Exists(Path.Combine(place, HeadFile)))
            ?? throw new ConfigurationException(
                $"Adapter '{folder}' must be a folder that ptgp train or PEFT saved, but holds neither adapter_config.json nor config.json nor {HeadFile}. Train the task first, or correct the path.");
    }

    /// <summary>Says what an adapter asks for that is not known; null where there is nothing.</summary>
    /// <param name="folder">A folder of <see cref="Find"/>.</param>
    public static string? WhyOdd(string folder) => AdapterFolder.IsAdapter(folder) && AdapterFolder.UnknownFields(folder) is { Count: > 0 } unknown
        ? $"Adapter '{folder}' asks for {string.Join(", ", unknown)}, which is not known here and passed over: its answers may not be those it was made to give."
        : null;

    /// <summary>Loads what is there into the head, and lets the view see the backbone through it.</summary>
    /// <param name="folder">A folder of <see cref="Find"/>.</param>
    /// <param name="dtype">The type of an own copy of the backbone.</param>
    /// <param name="trainable">Whether it will be trained on.</param>
    /// <exception cref="CheckpointException">What is there does not fit this backbone.</exception>
    /// <exception cref="UserException">What is there does not fit this head.</exception>
    public void Load(string folder, ScalarType dtype, bool trainable = false)
    {
        if (AdapterFolder.IsAdapter(folder))
        {
            view.Adapter = new AdapterFolder(checkpoint, view.Transformer).Load(folder);
        }
        else if (IsCheckpoint(folder))
        {
            view.Transformer = CheckpointFolder.Open(folder).LoadTransformer(view.Transformer.Device, dtype, trainable, view.Transformer.Config.Arithmetic);
        }

        LoadHead(folder, view.Adapter, copies: true);
    }

    /// <summary>Makes sure that what is there could be loaded: that names and shapes are those of this backbone and this head. No weight is read, and the head stays as it is.</summary>
    /// <param name="folder">A folder of <see cref="Find"/>.</param>
    /// <exception cref="CheckpointException">What is there does not fit this backbone.</exception>
    /// <exception cref="UserException">What is there does not fit this head.</exception>
    public void Verify(string folder)
    {
        using var adapter = AdapterFolder.IsAdapter(folder) ? new AdapterFolder(checkpoint, view.Transformer).Load(folder) : null;
        if (adapter is null && IsCheckpoint(folder))
        {
            CheckpointFolder.Open(folder).Verify();
        }

        LoadHead(folder, adapter, copies: false);
    }

    /// <summary>Loads the head's parameters alone.</summary>
    /// <param name="folder">The folder that holds <see cref="HeadFile"/>, if the head has any.</param>
    /// <exception cref="UserException">What is there does not fit this head.</exception>
    public void LoadHead(string folder) => LoadHead(folder, null, copies: true);

    // PEFT saves a head inside the adapter, by the names of the checkpoint's family.
    private bool TakesAdapters(Dictionary<string, Tensor> state, Adapter? adapter, bool copies)
    {
        using var gradientless = no_grad();
        var saved = adapter?.Heads ?? new Dictionary<string, TorchSharp.Modules.Parameter>();
        var named = checkpoint.Family.HeadNames.SelectMany(part => part.Value.SelectMany(name => Kinds
            .Where(kind => saved.ContainsKey(name + kind)).Select(kind => (Ours: part.Key + kind, Theirs: saved[name + kind]))))
            .DistinctBy(pair => pair.Ours).ToDictionary(pair => pair.Ours, pair => pair.Theirs, StringComparer.Ordinal);
        var fits = state.All(own => named.TryGetValue(own.Key, out var theirs) && theirs.shape.SequenceEqual(own.Value.shape));
        foreach (var (name, own) in fits && copies ? state : [])
        {
            own.copy_(named[name]);
        }

        return fits;
    }

    private static bool IsCheckpoint(string folder) => File.Exists(Path.Combine(folder, "config.json"));

    private void LoadHead(string folder, Adapter? adapter, bool copies)
    {
        var path = Path.Combine(folder, HeadFile);
        var state = head.state_dict();
        if (!File.Exists(path))
        {
            if (state.Count > 0 && !TakesAdapters(state, adapter, copies))
            {
                throw new UserException($"{head.GetType().Name} has parameters, but '{folder}' holds no {HeadFile}. Was it trained for this task?");
            }

            return;
        }

        using var scope = NewDisposeScope();
        using var gradientless = no_grad();
        using var file = SafeTensorsFile.Open(path);
        foreach (var name in state.Keys.Union(file.Entries.Keys))
        {
            if (!state.TryGetValue(name, out var tensor) || !file.Entries.TryGetValue(name, out var entry) || !entry.Shape.SequenceEqual(tensor.shape))
            {
                throw new UserException(
                    $"'{path}' does not fit {head.GetType().Name}: tensor '{name}' must be {Describe(tensor?.shape)}, but is {Describe(file.Entries.GetValueOrDefault(name)?.Shape)}. Was it trained for this task, with these options?");
            }

            if (copies)
            {
                tensor.copy_(file.Read(name));
            }
        }

        static string Describe(IEnumerable<long>? shape) => shape is null ? "absent" : $"[{string.Join(", ", shape)}]";
    }
}
