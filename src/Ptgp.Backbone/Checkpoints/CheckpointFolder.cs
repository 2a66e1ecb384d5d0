using System.Globalization;
using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>A checkpoint as the Hugging Face hub lays it out: opened without reading a weight.</summary>
public sealed class CheckpointFolder
{
    private readonly ConfigReader reader, generation;

    private CheckpointFolder(string path, ConfigReader reader, Family family)
    {
        (Path, this.reader, Family) = (path, reader, family);
        Config = family.ReadConfig(reader);
        ThrowIfIndivisible(Config.Encoder);
        ThrowIfIndivisible(Config.Decoder);
        generation = GenerationConfig.Open(path, reader);
        Generation = GenerationConfig.Read(generation);
    }

    /// <summary>Gets the folder.</summary>
    public string Path { get; }

    /// <summary>Gets the family.</summary>
    public Family Family { get; }

    /// <summary>Gets the shape of its Transformer.</summary>
    public TransformerConfig Config { get; }

    /// <summary>Gets the checkpoint's own defaults of writing.</summary>
    public GenerationOptions Generation { get; }

    /// <summary>Gets what the checkpoint asks of writing that is not known and passed over, each with its value, such as <c>'guidance_scale' 4</c>.</summary>
    public IReadOnlyList<string> UnknownWishes => Config.Decoder is null ? [] : Backbone.UnknownWishes.In(generation, isOwn: !ReferenceEquals(generation, reader));

    /// <summary>Opens a folder.</summary>
    /// <exception cref="CheckpointException">It is no checkpoint that Ptgp reads; the message says why.</exception>
    public static CheckpointFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new CheckpointException($"Checkpoint '{path}' must be a folder, but {(File.Exists(path) ? "is a file. Name the folder that holds it." : "there is none. Check the path.")}");
        }

        var config = System.IO.Path.Combine(path, "config.json");
        if (!File.Exists(config))
        {
            throw new CheckpointException($"Checkpoint '{path}' must hold config.json, but {(AdapterFolder.IsAdapter(path)
                ? $"holds {PeftConfig.FileName}: it is an adapter. Name it as a task's adapter, beside the backbone it was made for, or merge it into that with 'ptgp adapters merge'."
                : "does not. Download the whole repository of the checkpoint.")}");
        }

        var reader = ConfigReader.Open(config);
        var type = reader.Text("model_type");
        var family = Family.All.FirstOrDefault(family => family.ModelTypes.Contains(type)) ?? throw new CheckpointException(
            $"{config}: 'model_type' must be one of {string.Join(", ", Family.All.SelectMany(family => family.ModelTypes))}, but is '{type}'. The nearest is '{Spelling.Nearest(type, Family.All.SelectMany(family => family.ModelTypes))}'.");
        return new(path, reader, family);
    }

    /// <summary>Loads the tokenizer.</summary>
    /// <exception cref="CheckpointException">It is missing or broken.</exception>
    public ITokenizer LoadTokenizer() =>
        TokenizerLoader.Load(Path, new()
        {
            EndId = Told(Config.EndId),
            PadId = Config.PadId,
            StartId = Told(Config.StartId),
            VocabularySize = Config.Vocabulary,
            PieceOffset = Family.PieceOffset,
            Languages = Family.Languages,
            IsMultilingual = generation.Flag("is_multilingual", true),
        });

    /// <summary>Loads the weights.</summary>
    /// <param name="device">Where to; on <c>META</c> names and shapes are checked, and no weight is read.</param>
    /// <param name="dtype">As what; stored weights of another type are converted.</param>
    /// <param name="trainable">Whether they will be trained: then they are a copy of their own, never the file's memory.</param>
    /// <param name="arithmetic">How linear layers compute when nothing is learned.</param>
    /// <exception cref="CheckpointException">A tensor is missing, or is of another shape than <c>config.json</c> says, or holds no fractions.</exception>
    public Transformer LoadTransformer(Device device, ScalarType dtype, bool trainable = false, LinearArithmetic arithmetic = LinearArithmetic.Fastest)
    {
        using var files = WeightFiles.Open(Path);
        var transformer = new Transformer(Config with { Arithmetic = arithmetic }, new CheckpointParameters(Path, files, Family, Config, device, dtype, trainable));
        transformer.train(trainable);
        return transformer;
    }

    /// <summary>Makes sure that every tensor is there, with the shape that <c>config.json</c> says; reads no weight.</summary>
    /// <exception cref="CheckpointException">It is not so; the message names the tensor.</exception>
    public CheckpointFit Verify()
    {
        using var files = WeightFiles.Open(Path);
        var source = new CheckpointParameters(Path, files, Family, Config, META, ScalarType.Float32, isTrainable: false);
        using var transformer = new Transformer(Config, source);
        return new(transformer.NamedTensors.Sum(tensor => tensor.Value.NumberOfElements), source.Unread);
    }

    /// <summary>Loads the head that the checkpoint was trained with, as float32; null when it has none. Whoever asks disposes its tensors.</summary>
    public CheckpointHead? LoadHead(Device device)
    {
        using var files = WeightFiles.Open(Path);
        using var scope = NewDisposeScope();
        var stored = new CheckpointParameters(Path, files, Family, Config, device, ScalarType.Float32, isTrainable: false).Head;
        var weights = new Dictionary<string, Tensor>();
        foreach (var (part, names) in Family.HeadNames)
        {
            foreach (var name in names.Where(name => stored.ContainsKey(name + ".weight")).Take(1))
            {
                weights[part + ".weight"] = Read(name + ".weight");
                weights[part + ".bias"] = Read(name + ".bias");
            }
        }

        return weights.Count == 0 ? null : new() { Weights = weights, Labels = Labels, PoolsByRelu = Family.PoolsByRelu };

        Tensor Read(string name) => stored.TryGetValue(name, out var found)
            ? files.Read(found).to(ScalarType.Float32, device).DetachFromDisposeScope()
            : throw new CheckpointException($"Checkpoint '{Path}' must have a tensor '{name}' beside its weight, but has none. Is the download complete?");
    }

    /// <summary>Tells what is known without weights.</summary>
    public BackboneDescription Describe(string name) => new()
    {
        Name = name,
        Family = Family.Name,
        Features = (Config.Encoder is null ? 0 : BackboneFeatures.SeesBothSides)
            | (Config.Decoder is null ? 0 : BackboneFeatures.Writes)
            | (Config.Encoder is null || Config.Decoder is null ? 0 : BackboneFeatures.Aligns)
            | (Config.FrameWidth > 0 ? BackboneFeatures.ReadsFrames : 0),
        Width = Config.Width,
        Vocabulary = Config.OutputVocabulary,
        FrameWidth = Config.FrameWidth,
        // Two frames make a state.
        MaxLength = Config.FrameWidth > 0 ? 2 * (Config.Encoder!.MaxPositions ?? Config.MaxPositions) : Math.Min(Config.MaxPositions > 0 ? Config.MaxPositions : int.MaxValue, TrainedLength),
        MaxTargetLength = Config.MaxPositions > 0 ? Config.MaxPositions : int.MaxValue,
        Prefixes = Family.Prefixes,
        AlignmentHeads = Config is { Encoder: not null, Decoder: { } decoder } ? GenerationConfig.AlignmentHeads(generation, decoder) : [],
    };

    /// <summary>Saves a Transformer of this shape as a checkpoint of this family, with this folder's configuration and tokenizer beside it. A folder that stood there is replaced only when all is written.</summary>
    /// <param name="transformer">What is saved, in the types of its parameters.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="shardSize">The most bytes of weights in a file; see <see cref="WeightShards"/>.</param>
    /// <exception cref="IOException">The disk is full or the place may not be written to; what stood there is untouched.</exception>
    public void Save(Transformer transformer, string folder, long shardSize = WeightShards.DefaultSize)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        AtomicFolder.Write(folder, beside =>
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            // A head that the checkpoint was trained with stays beside its Transformer.
            using var files = Family.HeadNames.Count > 0 ? WeightFiles.Open(Path) : null;
            var head = files is null ? [] : new CheckpointParameters(Path, files, Family, Config, CPU, ScalarType.Float32, isTrainable: false).Head
                .Select(part => KeyValuePair.Create(part.Key, files.Read(part.Value)));
            KeyValuePair<string, Tensor>[] tensors = [.. ToStored(transformer), .. head];
            CompanionFiles.Copy(Path, beside, tensors[0].Value.dtype);
            WeightShards.Write(beside, tensors, shardSize);
        });
    }

    /// <summary>Gets the tensors of a Transformer of this shape under their names in the family's files and in their forms there.</summary>
    internal IEnumerable<KeyValuePair<string, Tensor>> ToStored(Transformer transformer)
    {
        var names = Family.NamesOf(Config);
        return transformer.NamedTensors.GroupBy(tensor => names[tensor.Key]).Select(stored => KeyValuePair.Create(
            stored.Key, StoredForm.Join(stored.Select(tensor => (Family.FormOf(tensor.Key), tensor.Value)))));
    }

    private void ThrowIfIndivisible(StackConfig? stack)
    {
        if (stack is { KeyValueHeads: { } shared } && stack.Heads % shared != 0)
        {
            throw new CheckpointException($"{System.IO.Path.Combine(Path, "config.json")}: the number of key-value heads must divide that of the heads, but {shared} does not divide {stack.Heads}.");
        }
    }

    private static int? Told(int id) => id == TransformerConfig.Unknown ? null : id;

    private IReadOnlyList<string> Labels => reader.Within("id2label") is not { } names ? []
        : [.. names.Root.EnumerateObject().OrderBy(label => int.TryParse(label.Name, CultureInfo.InvariantCulture, out var at) ? at : int.MaxValue).Select(label => label.Value.ToString())];

    // The longest input it was trained with, where its positions set no bound: T5 calls it n_positions, tokenizers model_max_length.
    private int TrainedLength
    {
        get
        {
            if (reader.Has("n_positions"))
            {
                return reader.Size("n_positions");
            }

            var file = System.IO.Path.Combine(Path, "tokenizer_config.json");
            var tokenizer = File.Exists(file) ? ConfigReader.Open(file) : null;
            // Tokenizers without a bound say 10^30.
            return tokenizer is not null && tokenizer.Has("model_max_length") && tokenizer.Number("model_max_length") is var length and < int.MaxValue
                ? (int)length
                : Config.MaxPositions > 0 || Config.Decoder is { Memory: > 0 } ? int.MaxValue : 512;
        }
    }
}
