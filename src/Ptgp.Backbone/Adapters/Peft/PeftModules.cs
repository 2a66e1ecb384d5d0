using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>The modules of a backbone that an adapter may change, by the names that PEFT has for them: the family's own.</summary>
internal sealed class PeftModules
{
    private const string Weight = ".weight";
    private readonly CheckpointFolder checkpoint;

    public PeftModules(CheckpointFolder checkpoint, Transformer transformer)
    {
        (this.checkpoint, Transformer) = (checkpoint, transformer);
        var (names, config, parameters) = (checkpoint.Family.NamesOf(checkpoint.Config), checkpoint.Config, transformer.NamedParameters);
        Known = parameters.Keys.Select(name => names[name]).ToHashSet(StringComparer.Ordinal);
        // What makes logits of an encoder's states belongs to a head.
        string[] tables = [AdaptedTables.Embeddings, .. config.TargetVocabulary is null ? Array.Empty<string>() : [AdaptedTables.TargetEmbeddings]];
        // Tables of clusters change for nobody.
        tables = config.Adaptive is null ? tables : [];
        var paths = tables.Concat(transformer.Projections.Keys.Where(AdapterTargets.IsProjection)).Concat(config.Decoder is null || config.Adaptive is not null ? [] : [AdaptedTables.Output]);
        All = paths.GroupBy(path => names[path + Weight][..^Weight.Length], StringComparer.Ordinal).Select(Module).ToDictionary(module => module.Name, StringComparer.Ordinal);

        PeftModule Module(IGrouping<string, string> stored)
        {
            string[] parts = [.. stored.OrderBy(path => Form(path).Part)];
            var isTable = tables.Contains(parts[0]);
            Tensor[] weights = [.. parts.Select(path => parameters.TryGetValue(path + Weight, out var own) ? own : parameters[TiedTable])];       // an output layer may have none of its own
            return new(
                stored.Key, parts, isTable, weights[0].size(isTable ? 0 : 1), [.. weights.Select(weight => weight.size(isTable ? 1 : 0))],
                parameters.ContainsKey(parts[0] + ".bias"), !isTable && Form(parts[0]).IsTransposed);
        }

        StoredForm Form(string path) => checkpoint.Family.FormOf(path + Weight);
    }

    /// <summary>Gets the modules by name.</summary>
    public IReadOnlyDictionary<string, PeftModule> All { get; }

    /// <summary>Gets the names of all the backbone's tensors in its checkpoint.</summary>
    public IReadOnlySet<string> Known { get; }

    /// <summary>Gets the backbone.</summary>
    public Transformer Transformer { get; }

    /// <summary>Gets what names begin with in a model with an output layer or head, and lack in one without.</summary>
    public string BasePrefix => checkpoint.Family.BasePrefix;

    /// <summary>Gets what the backbone is called: its folder's name.</summary>
    public string BaseName => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(checkpoint.Path)));

    /// <summary>Gets the family's name.</summary>
    public string Family => checkpoint.Family.Name;

    /// <summary>Gets the weights of a table or of the output layer.</summary>
    public Tensor Table(string path) => Transformer.NamedParameters.TryGetValue(path + Weight, out var own) ? own : Transformer.NamedParameters[TiedTable];

    private string TiedTable => (checkpoint.Config.TargetVocabulary is null ? AdaptedTables.Embeddings : AdaptedTables.TargetEmbeddings) + Weight;
}
