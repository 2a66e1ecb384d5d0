using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>
/// An <see cref="Adapter"/> as a folder: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>, as the PEFT library keeps them, with the family's own names;
/// bottlenecks as AdapterHub describes them.
/// </summary>
public sealed class AdapterFolder
{
    private readonly PeftModules modules;

    /// <summary>Initializes what is needed to make, read and write adapters of one backbone.</summary>
    /// <param name="checkpoint">The backbone's checkpoint.</param>
    /// <param name="transformer">The backbone.</param>
    public AdapterFolder(CheckpointFolder checkpoint, Transformer transformer)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(transformer);
        modules = new(checkpoint, transformer);
    }

    /// <summary>Tells whether a folder holds an adapter.</summary>
    public static bool IsAdapter(string folder) => File.Exists(Path.Combine(folder, PeftConfig.FileName));

    /// <summary>Names what an adapter that PEFT saved asks for and nobody here knows, each with its value, such as <c>'use_new' true</c>; it is passed over.</summary>
    /// <exception cref="CheckpointException">The folder holds no adapter.</exception>
    public static IReadOnlyList<string> UnknownFields(string folder) => PeftConfig.Open(folder).Unknown;

    /// <summary>Makes low-rank deltas that change nothing yet, of a form in which they can be saved: projections that the checkpoint stores as one have a delta together.</summary>
    /// <param name="paths">Where the deltas act; see <see cref="AdapterTargets"/>.</param>
    /// <param name="rank">The rank of every delta.</param>
    /// <param name="alpha">The deltas are multiplied by alpha over rank.</param>
    /// <param name="seed">The seed of what is drawn.</param>
    /// <param name="isRankStabilized">Whether they are multiplied by alpha over the square root of the rank instead (rsLoRA, Kalajdzievski 2023).</param>
    /// <param name="isDecomposed">Whether the lengths of weights are learned apart (DoRA); see <see cref="DecomposedDelta"/>.</param>
    /// <param name="dropout">The share of what they read that is dropped in training, from 0 up to but not including 1.</param>
    public Adapter Draw(IEnumerable<string> paths, int rank, double alpha, int seed, bool isRankStabilized = false, bool isDecomposed = false, double dropout = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dropout);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(dropout, 1);
        var stored = modules.All.Values.SelectMany(module => module.Paths.Select(path => KeyValuePair.Create(path, module))).ToDictionary(StringComparer.Ordinal);
        return new(new AdapterParts
        {
            Deltas = FreshDeltas.Draw(
                modules.Transformer,
                paths.SelectMany(path => stored.TryGetValue(path, out var module) ? module.Paths : [path]),
                rank,
                alpha / (isRankStabilized ? Math.Sqrt(rank) : rank),
                seed,
                path => stored[path].Name,
                isDecomposed,
                dropout),
            IsRankStabilized = isRankStabilized,
        });
    }

    /// <summary>Makes factors of keys, values and feed-forward layers that change nothing yet ((IA)³); see <see cref="ScalingDelta"/>.</summary>
    public Adapter MakeFactors() => new(new AdapterParts { Deltas = FreshFactors.Make(modules) });

    /// <summary>Draws a prompt from the vocabulary; see <see cref="VirtualPrompt"/>.</summary>
    /// <param name="length">How many virtual tokens it has.</param>
    /// <param name="seed">The seed of what is drawn.</param>
    public Adapter DrawPrompt(int length, int seed) => new(new AdapterParts { Prompt = FreshTokens.Prompt(modules.Transformer, length, seed) });

    /// <summary>Draws a prefix; see <see cref="VirtualPrefix"/>.</summary>
    /// <param name="length">How many virtual tokens it has.</param>
    /// <param name="seed">The seed of what is drawn.</param>
    /// <exception cref="ArgumentException">The backbone remembers segments, and so has no place for one.</exception>
    public Adapter DrawPrefix(int length, int seed) => new(new AdapterParts { Prefix = FreshTokens.Prefix(modules.Transformer, length, seed) });

    /// <summary>Saves an adapter into a folder that exists.</summary>
    public void Save(Adapter adapter, string folder)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        if (adapter.Bottlenecks.Count > 0)
        {
            BottleneckFormat.Write(adapter, folder, modules);
        }
        else
        {
            PeftWriter.Write(adapter, folder, modules);
        }
    }

    /// <summary>Loads an adapter that Ptgp or PEFT saved, for training on or for answering.</summary>
    /// <exception cref="CheckpointException">It is of a kind that Ptgp does not know, is broken, or was made for another backbone; the message says why.</exception>
    public Adapter Load(string folder)
    {
        var config = PeftConfig.Open(folder);
        using var scope = NewDisposeScope();
        using var file = AdapterFile.Open(folder, modules.Transformer.Device);
        return new(config.Says("peft_type") || !config.Says("config") ? PeftFormat.Read(config, file, modules) : BottleneckFormat.Read(config, file, modules));
    }
}
