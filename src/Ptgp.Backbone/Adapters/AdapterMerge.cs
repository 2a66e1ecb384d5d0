using Ptgp.Backbone.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Adds what an adapter changes to the weights themselves, so that a plain checkpoint answers as the backbone did with it.</summary>
public static class AdapterMerge
{
    /// <summary>Writes the checkpoint of a backbone with an adapter merged into it, in the type that the backbone is stored in.</summary>
    /// <param name="checkpoint">The backbone.</param>
    /// <param name="adapter">The adapter's folder.</param>
    /// <param name="output">The folder to write; one that stood there is replaced when all is written.</param>
    /// <returns>The names of head weights, which are no part of a backbone and stay in the adapter alone.</returns>
    /// <exception cref="CheckpointException">The adapter is of a kind that cannot be merged, or was made for another backbone.</exception>
    public static IReadOnlyList<string> Save(CheckpointFolder checkpoint, string adapter, string output)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        using var transformer = checkpoint.LoadTransformer(CPU, StoredType(checkpoint), trainable: true);
        using var loaded = new AdapterFolder(checkpoint, transformer).Load(adapter);
        Into(transformer, loaded);
        checkpoint.Save(transformer, output);
        return [.. loaded.Heads.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Merges an adapter into a Transformer whose weights are its own: one that was loaded as trainable.</summary>
    /// <exception cref="CheckpointException">The adapter is of a kind that cannot be merged.</exception>
    public static void Into(Transformer transformer, Adapter adapter)
    {
        ArgumentNullException.ThrowIfNull(transformer);
        ArgumentNullException.ThrowIfNull(adapter);
        Check(transformer.Config, adapter);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var parameters = transformer.NamedParameters;
        foreach (var (name, own) in adapter.Replacements)
        {
            parameters[name].copy_(own);
        }

        foreach (var (path, delta) in adapter.Deltas)
        {
            var (weight, bias) = (parameters[path + ".weight"], parameters.GetValueOrDefault(path + ".bias"));
            // A table's rows are what its delta reads.
            var isTable = path is AdaptedTables.Embeddings or AdaptedTables.TargetEmbeddings;
            var wide = weight.dtype == float64 ? float64 : float32;
            var merged = delta.Merge((isTable ? weight.t() : weight).to_type(wide), bias?.view(-1).to_type(wide));
            weight.copy_(isTable ? merged.Weight.t() : merged.Weight);
            bias?.copy_(merged.Bias!.view_as(bias));
        }

        transformer.Unpack();
    }

    private static void Check(TransformerConfig config, Adapter adapter)
    {
        var kind = adapter.Prompt is not null ? "a prompt" : adapter.Prefix is not null ? "a prefix" : adapter.Bottlenecks.Count > 0 ? "bottlenecks" : null;
        if (kind is not null)
        {
            throw new CheckpointException($"An adapter must change weights to be merged into them, but this one is {kind}. Use it beside its backbone.");
        }

        var tied = config.TargetVocabulary is null ? AdaptedTables.Embeddings : AdaptedTables.TargetEmbeddings;
        if (config.TiesOutput && (Changes(tied) || Changes(AdaptedTables.Output)))
        {
            throw new CheckpointException(
                "An adapter must change embeddings and output layer alike to be merged into a checkpoint that ties them, but this one changes them apart. Use it beside its backbone.");
        }

        bool Changes(string table) => adapter.Deltas.ContainsKey(table) || adapter.Replacements.ContainsKey(table + ".weight");
    }

    // That of most numbers.
    private static ScalarType StoredType(CheckpointFolder checkpoint)
    {
        using var files = WeightFiles.Open(checkpoint.Path);
        var type = files.Names.Select(name => files[name]).GroupBy(entry => entry.Type).MaxBy(entries => entries.Sum(entry => entry.Length))!.Key;
        return type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64 ? type : float32;
    }
}
