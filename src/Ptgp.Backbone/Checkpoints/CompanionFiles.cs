using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>What lies beside the weights of a checkpoint and says how to read them: its configuration and its tokenizer.</summary>
internal static class CompanionFiles
{
    private const string Configuration = "config.json";

    private static readonly string[] tokenizers =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "spiece.model", "sentencepiece.bpe.model", "tokenizer.model", "source.spm", "target.spm", "vocab.json", "target_vocab.json", "merges.txt", "vocab.txt",
        "chat_template.jinja", "chat_template.json",
    ];

    private static readonly string[] names = [Configuration, "generation_config.json", .. tokenizers, "preprocessor_config.json", "processor_config.json", "normalizer.json"];

    private static readonly JsonSerializerOptions layout = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Copies those that are there, byte for byte, unless the weights are now of another type than the configuration says.</summary>
    /// <param name="from">The folder they are copied from.</param>
    /// <param name="to">The folder they are copied to; it has none of them.</param>
    /// <param name="dtype">The type of the weights that will lie beside them.</param>
    public static void Copy(string from, string to, ScalarType dtype)
    {
        Copy(names, from, to);
        Say(Path.Combine(to, Configuration), dtype);
    }

    /// <summary>Copies the files of a tokenizer, byte for byte.</summary>
    public static void CopyTokenizer(string from, string to) => Copy(tokenizers, from, to);

    /// <summary>Writes a configuration as the reference lays it out.</summary>
    public static void Write(string path, JsonObject configuration) => File.WriteAllText(path, configuration.ToJsonString(layout) + "\n");

    private static void Copy(string[] known, string from, string to)
    {
        foreach (var name in known.Where(name => File.Exists(Path.Combine(from, name))))
        {
            File.Copy(Path.Combine(from, name), Path.Combine(to, name));
        }
    }

    // Loaders that ask the configuration would round float32 weights to the sixteen bits that they once had.
    private static void Say(string path, ScalarType dtype)
    {
        var config = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        var field = config.ContainsKey("dtype") ? "dtype" : "torch_dtype";
        if (config[field] is JsonValue said && StoredTypes.NameOf(dtype) is { } name && !(said.TryGetValue<string>(out var text) && text == name))
        {
            config[field] = name;
            File.Delete(path); // a copy has the original's permissions, which may forbid writing
            Write(path, config);
        }
    }
}
