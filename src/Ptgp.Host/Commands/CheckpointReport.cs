using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Host.Commands;

/// <summary>What can be said of a checkpoint without reading a weight, and what is missing or odd in it.</summary>
internal sealed class CheckpointReport
{
    private static readonly string[] otherWeights = [".bin", ".pt", ".pth", ".h5", ".msgpack", ".gguf", ".ot", ".onnx"];

    private readonly CheckpointFolder checkpoint;
    private readonly JsonArray missing = [];
    private readonly JsonArray odd = [];
    private bool canBeUsed = true;
    private readonly JsonObject report;

    private CheckpointReport(CheckpointFolder checkpoint) => (this.checkpoint, report) = (checkpoint, new() { ["path"] = checkpoint.Path });

    /// <summary>Reports on a folder.</summary>
    /// <returns>The report, in which <c>ok</c> says whether the checkpoint could be loaded.</returns>
    /// <exception cref="CheckpointException">It is no checkpoint of a family that Ptgp reads. Whatever else is wrong stands in the report.</exception>
    public static JsonObject Of(string folder)
    {
        var report = new CheckpointReport(CheckpointFolder.Open(folder));
        report.AddShape();
        report.Try(report.AddWeights);
        report.Try(report.AddFit);
        report.Try(report.AddHead);
        report.Try(report.AddTokenizer);
        report.AddGeneration();
        report.report["ok"] = report.canBeUsed;
        report.report["missing"] = report.missing;
        report.report["odd"] = report.odd;
        return report.report;
    }

    /// <summary>Reports that a folder is no checkpoint of a family that Ptgp reads.</summary>
    public static JsonObject OfNone(string folder, CheckpointException fault) => new() { ["path"] = folder, ["ok"] = false, ["missing"] = new JsonArray(fault.Message), ["odd"] = new JsonArray() };

    private void AddShape()
    {
        var (about, config) = (checkpoint.Describe(Path.GetFileName(checkpoint.Path)), checkpoint.Config);
        report["family"] = about.Family;
        report["features"] = ListOf(Enum.GetValues<BackboneFeatures>().Where(feature => feature != 0 && about.Features.HasFlag(feature)).Select(feature => feature.ToString()));
        report["encoderLayers"] = config.Encoder?.Layers ?? 0;
        report["decoderLayers"] = config.Decoder?.Layers ?? 0;
        report["width"] = about.Width;
        report["heads"] = (config.Decoder ?? config.Encoder)?.Heads;
        report["feedForwardWidth"] = (config.Decoder ?? config.Encoder)?.FeedForwardWidth;
        report["vocabulary"] = about.Vocabulary;
        report["maxLength"] = Bound(about.MaxLength);
        report["maxTargetLength"] = Bound(about.MaxTargetLength);
    }

    private void AddWeights()
    {
        using var files = WeightFiles.Open(checkpoint.Path);
        var entries = files.Names.Select(name => files[name]).ToList();
        string[] dtypes = [.. entries.Select(entry => entry.ToString().Split(' ')[0]).Distinct().Order(StringComparer.Ordinal)];
        report["format"] = files.Format;
        report["files"] = files.Files.Count;
        report["bytes"] = files.Files.Sum(file => new FileInfo(Path.Combine(checkpoint.Path, file)).Length);
        report["tensors"] = entries.Count;
        report["dtypes"] = ListOf(dtypes);

        var said = ConfiguredDtype();
        if (said is not null && entries.Count > 0 && dtypes.All(dtype => dtype != said))
        {
            odd.Add($"config.json says that the weights are {said}, but they are {string.Join(", ", dtypes)}");
        }

        string[] unread = [.. Directory.EnumerateFiles(checkpoint.Path).Select(file => Path.GetFileName(file)!).Where(file => otherWeights.Contains(Path.GetExtension(file)) && !files.Files.Contains(file)).Order(StringComparer.Ordinal)];
        if (unread.Length > 0)
        {
            odd.Add($"{string.Join(", ", unread)} lies beside the weights that are read");
        }
    }

    private void AddFit()
    {
        var fit = checkpoint.Verify();
        report["parameters"] = fit.Parameters;
        report["memory"] = new JsonObject { ["float32"] = 4 * fit.Parameters, ["bfloat16"] = 2 * fit.Parameters };
        if (fit.Unread.Count > 0)
        {
            odd.Add($"{(fit.Unread.Count == 1 ? "1 tensor has no place and is" : $"{fit.Unread.Count} tensors have no place and are")} left out: {string.Join(", ", fit.Unread.Take(5))}{(fit.Unread.Count > 5 ? ", …" : "")}");
        }
    }

    private void AddHead()
    {
        using var scope = NewDisposeScope();
        if (checkpoint.LoadHead(META) is { } head)
        {
            report["head"] = new JsonObject(head.Weights.Where(part => part.Key.EndsWith(".weight", StringComparison.Ordinal))
                .Select(part => KeyValuePair.Create(Path.GetFileNameWithoutExtension(part.Key), (JsonNode?)$"[{string.Join(", ", part.Value.shape)}]")));
            report["labels"] = ListOf(head.Labels);
            foreach (var tensor in head.Weights.Values)
            {
                tensor.Dispose();
            }
        }
    }

    private void AddTokenizer()
    {
        var (tokenizer, config) = (checkpoint.LoadTokenizer(), checkpoint.Config);
        report["tokenizer"] = TokenizerKind.Of(tokenizer);
        report["tokens"] = tokenizer.Count;
        report["languages"] = tokenizer.Languages.Count;
        var special = new JsonObject();
        for (var id = 0; id < tokenizer.Count; id++)
        {
            if (tokenizer.IsSpecial(id))
            {
                special[tokenizer.GetEntry(id)] = id;
            }
        }

        report["specialTokens"] = special;
        Compare("end", tokenizer.EndId, config.EndId);
        Compare("pad", tokenizer.PadId, config.PadId);
        if (tokenizer.Count > Math.Max(config.Vocabulary, config.OutputVocabulary))
        {
            odd.Add($"the tokenizer has {tokenizer.Count} tokens, but the embeddings have {config.Vocabulary} rows");
        }

        void Compare(string what, int here, int there)
        {
            // Encoders' configurations name no end: nothing contradicts the tokenizer there.
            if (here != there && there != TransformerConfig.Unknown)
            {
                odd.Add($"the tokenizer's {what} token is {here}, but that of config.json is {there}");
            }
        }
    }

    private void AddGeneration()
    {
        report["generation"] = Json.OfOptions(checkpoint.Generation);
        if (checkpoint.UnknownWishes is { Count: > 0 } wishes)
        {
            odd.Add($"it asks to write with {string.Join(", ", wishes)}, which is not known and passed over");
        }

        var ids = checkpoint.Config.OutputVocabulary;
        foreach (var (name, outside) in Ids(checkpoint.Generation, checkpoint.Config).Select(option => (option.Name, option.Ids.Where(id => id < 0 || id >= ids).Distinct().ToArray())).Where(option => option.Item2.Length > 0))
        {
            odd.Add($"{name} holds {string.Join(", ", outside)}, but ids go from 0 to {ids - 1}");
        }

        if (checkpoint.Config.Decoder is not null && !File.Exists(Path.Combine(checkpoint.Path, "generation_config.json")))
        {
            missing.Add("generation_config.json; defaults of writing are those of config.json");
        }
    }

    private void Try(Action add)
    {
        try
        {
            add();
        }
        catch (CheckpointException fault)
        {
            canBeUsed = false;
            // Without weights, nothing fits them either; that is said once.
            if (!missing.Any(known => known!.ToString() == fault.Message))
            {
                missing.Add(fault.Message);
            }
        }
    }

    // In the names of safetensors.
    private string? ConfiguredDtype()
    {
        var config = ConfigReader.Open(Path.Combine(checkpoint.Path, "config.json"));
        return config.Text("dtype", config.Text("torch_dtype", "")) switch
        {
            "float32" => "F32",
            "float16" => "F16",
            "bfloat16" => "BF16",
            "float64" => "F64",
            _ => null,
        };
    }

    private static IEnumerable<(string Name, IEnumerable<int> Ids)> Ids(GenerationOptions options, TransformerConfig config)
    {
        static IEnumerable<int> One(int? id) => id is { } there and not TransformerConfig.Unknown ? [there] : [];
        return
        [
            ("the padding of config.json", One(config.PadId)),
            ("eosTokenId", options.EosTokenId ?? One(config.EndId)),
            ("decoderStartTokenId", One(options.DecoderStartTokenId)),
            ("forcedBosTokenId", One(options.ForcedBosTokenId)),
            ("forcedEosTokenId", One(options.ForcedEosTokenId)),
            ("suppressTokens", options.SuppressTokens ?? []),
            ("beginSuppressTokens", options.BeginSuppressTokens ?? []),
            ("badWordsIds", options.BadWordsIds?.SelectMany(sequence => sequence) ?? []),
            ("sequenceBias", options.SequenceBias?.SelectMany(bias => bias.Ids) ?? []),
        ];
    }

    private static JsonArray ListOf(IEnumerable<string> items) => [.. items.Select(item => (JsonNode)item)];

    private static int? Bound(int length) => length == int.MaxValue ? null : length;
}
