using System.Text.Json;

namespace Ptgp.Host.Hub;

/// <summary>Which of a model's files are needed to use it: its configuration, its tokenizer and its weights in one form.</summary>
/// <param name="Names">Their names, without those that <paramref name="Index"/> lists.</param>
/// <param name="Index">The name of the file that lists the files of weights; null where there is one file of them.</param>
internal sealed record NeededFiles(IReadOnlyList<string> Names, string? Index)
{
    private const int MostWeightFiles = 2000;

    private static readonly string[] About =
    [
        "config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "chat_template.json", "chat_template.jinja", "normalizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "sentencepiece.model", "source.spm", "target.spm",
        "vocab.json", "target_vocab.json", "vocab.txt", "merges.txt",
    ];

    // The first that is there is taken, and no other: never a pickle where there is safetensors.
    private static readonly string[] Weights = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    private static readonly string[] AdapterWeights = ["adapter_model.safetensors", "adapter_model.bin"];

    /// <summary>Chooses from a model's files.</summary>
    /// <exception cref="UserException">They are not those of a checkpoint or an adapter.</exception>
    public static NeededFiles Of(HubReference reference, IReadOnlyCollection<string> names)
    {
        var about = About.Where(names.Contains).ToList();
        if (names.Contains("config.json") && Weights.FirstOrDefault(names.Contains) is { } weights)
        {
            return new([.. about, weights], weights.EndsWith(".index.json", StringComparison.Ordinal) ? weights : null);
        }

        if (names.Contains("adapter_config.json") && AdapterWeights.FirstOrDefault(names.Contains) is { } deltas)
        {
            return new([.. about, "adapter_config.json", deltas], null);
        }

        var others = names.Where(name => Path.GetExtension(name) is ".gguf" or ".h5" or ".msgpack" or ".onnx" or ".ot" or ".bin" or ".pt" or ".safetensors").Order(StringComparer.Ordinal).Take(3).ToList();
        throw new UserException($"Model '{reference}' must hold config.json and its weights as model.safetensors or pytorch_model.bin, but {(names.Contains("config.json") ? "has no such weights" : "has no config.json")}"
            + $"{(others.Count > 0 ? $" (it has '{string.Join("', '", others)}')" : "")}. Look for the model that it was converted from.");
    }

    /// <summary>Reads which files hold the weights.</summary>
    /// <param name="reference">The model.</param>
    /// <param name="index">The path of the file that lists them.</param>
    /// <param name="names">The names of the model's files.</param>
    /// <exception cref="UserException">It lists files that the model does not have or that lead elsewhere.</exception>
    public static IReadOnlyList<string> ReadIndex(HubReference reference, string index, IReadOnlyCollection<string> names)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(index));
            var listed = document.RootElement.GetProperty("weight_map").EnumerateObject().Select(place => place.Value.GetString() ?? "").Distinct().Order(StringComparer.Ordinal).ToList();
            var isSafe = Path.GetFileName(index).Contains(".safetensors.", StringComparison.Ordinal);
            var odd = listed.Find(name => !HubFile.IsPlain(name) || !names.Contains(name) || Path.GetExtension(name) != (isSafe ? ".safetensors" : ".bin"));
            return odd is null && listed.Count is > 0 and <= MostWeightFiles ? listed : throw new UserException(
                $"'{Path.GetFileName(index)}' of '{reference}' must list from 1 to {MostWeightFiles} files of weights that lie beside it, but lists {(odd is null ? $"{listed.Count}" : $"'{odd}'")}. Tell the model's owner, or pull another revision.");
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserException($"'{Path.GetFileName(index)}' of '{reference}' must be a JSON object with an object 'weight_map' from tensors to files, but is not: {fault.Message} Tell the model's owner, or pull another revision.", fault);
        }
    }
}
