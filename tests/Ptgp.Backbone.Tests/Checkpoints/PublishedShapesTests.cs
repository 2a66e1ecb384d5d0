using System.Text.Json;
using System.Text.Json.Nodes;

using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Checkpoints;

/// <summary>
/// Names and number of parameters of checkpoints as they were published, on the <c>meta</c> device, where tensors have no memory. Names come from what
/// the reference saved of the same family, a small one's layers repeated; numbers are those that the publishers state.
/// </summary>
public class PublishedShapesTests
{
    public static TheoryData<string, string, string, long> Sizes => new()
    {
        { "t5-base", "t5-v1_0", T5(32128, 768, 64, 3072, 12, 12), 222_903_552 },
        { "t5-large", "t5-v1_0", T5(32128, 1024, 64, 4096, 24, 16), 737_668_096 },
        { "t5-3b", "t5-v1_0", T5(32128, 1024, 128, 16384, 24, 32), 2_851_598_336 },
        { "t5-11b", "t5-v1_0", T5(32128, 1024, 128, 65536, 24, 128), 11_307_321_344 },
        { "flan-t5-base", "t5-v1_1", T5(32128, 768, 64, 2048, 12, 12), 247_577_856 },
        { "flan-t5-xl", "t5-v1_1", T5(32128, 2048, 64, 5120, 24, 32), 2_849_757_184 },
        { "flan-t5-xxl", "t5-v1_1", T5(32128, 4096, 64, 10240, 24, 64), 11_135_332_352 },
        { "mt5-small", "mt5", T5(250112, 512, 64, 1024, 8, 6), 300_176_768 },
        { "mt5-base", "mt5", T5(250112, 768, 64, 2048, 12, 12), 582_401_280 },
        { "mt5-xxl", "mt5", T5(250112, 4096, 64, 10240, 24, 64), 12_921_057_280 },
        { "bart-large", "bart", Bart(50265, 1024, 4096, 12, 12, 16, 1024), 406_291_456 },
        { "mbart-large-cc25", "mbart", Bart(250027, 1024, 4096, 12, 12, 16, 1024), 610_851_840 },
        { "mbart-large-50", "mbart", Bart(250054, 1024, 4096, 12, 12, 16, 1024), 610_879_488 },
        { "pegasus-large", "pegasus", Bart(96103, 1024, 4096, 16, 16, 16, 1024), 570_797_056 },
        { "m2m100_418M", "m2m100", Bart(128112, 1024, 4096, 12, 12, 16, 1024), 483_905_536 },
        { "m2m100_1.2B", "m2m100", Bart(128112, 1024, 8192, 24, 24, 16, 1024), 1_239_470_080 },
        { "nllb-200-distilled-600M", "nllb", Bart(256206, 1024, 4096, 12, 12, 16, 1024), 615_073_792 },
        { "nllb-200-3.3B", "nllb", Bart(256206, 2048, 8192, 24, 24, 16, 1024), 3_344_863_232 },
        { "whisper-small", "whisper", Whisper(51865, 768, 12, 12, 12, 80), 241_734_912 },
        { "whisper-large-v2", "whisper", Whisper(51865, 1280, 32, 32, 20, 80), 1_543_304_960 },
        { "whisper-large-v3", "whisper", Whisper(51866, 1280, 32, 32, 20, 128), 1_543_490_560 },
        { "whisper-large-v3-turbo", "whisper", Whisper(51866, 1280, 32, 4, 20, 128), 808_878_080 },
    };

    public static TheoryData<string> Listed => ["t5-small", "flan-t5-small", "bart-base", "opus-mt", "whisper-tiny", "bert-base", "gpt2", "tinyllama-shape"];

    [Theory, MemberData(nameof(Sizes))]
    public void NamesAndNumberAreThePublished(string name, string fixture, string sizes, long parameters)
    {
        using var folder = new TemporaryFolder();
        var config = JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "config.json")))!.AsObject();
        foreach (var (field, value) in JsonNode.Parse(sizes)!.AsObject())
        {
            config[field] = value!.DeepClone();
        }

        folder.Write("config.json", config.ToJsonString());
        using var file = SafeTensorsFile.Open(Repository.Fixture("models", fixture, "model.safetensors"));
        Check(name, CheckpointFolder.Open(folder.Path), shape => file.Entries.Keys.SelectMany(entry => Repeated(entry, shape)).ToHashSet(), parameters);
    }

    [Theory, MemberData(nameof(Listed))]
    public void NamesAreThoseThatTheReferenceLists(string name)
    {
        using var folder = new TemporaryFolder();
        var listed = JsonNode.Parse(File.ReadAllText(Repository.Fixture("fullsize", name + ".json")))!;
        folder.Write("config.json", listed["config"]!.ToJsonString());
        // The encoder is listed with the pooler of its head, which is no part of the Transformer.
        HashSet<string> tensors = [.. listed["tensors"]!.Deserialize<string[]>()!];
        var pooler = tensors.RemoveWhere(tensor => tensor.StartsWith("pooler.", StringComparison.Ordinal)) > 0 ? ((long)listed["config"]!["hidden_size"]! + 1) * (long)listed["config"]!["hidden_size"]! : 0;
        Check(name, CheckpointFolder.Open(folder.Path), _ => tensors, (long)listed["parameters"]! - pooler, tensors);
    }

    private static void Check(string name, CheckpointFolder checkpoint, Func<TransformerConfig, HashSet<string>> list, long parameters, IReadOnlySet<string>? stored = null)
    {
        var source = new Names(checkpoint, stored);
        using var transformer = new Transformer(checkpoint.Config, source);
        Assert.All(transformer.NamedParameters.Values, parameter => Assert.Equal(TorchSharp.DeviceType.META, parameter.device_type));
        var expected = list(checkpoint.Config);
        Assert.Empty(source.Needed.Except(expected));
        Assert.Empty(expected.Except(source.Shapes.Keys));
        // The bias of logits was never counted: it is no parameter to the reference.
        var count = expected.Where(each => each != "final_logits_bias").Sum(each => source.Shapes[each].Aggregate(1L, (product, size) => product * size));
        Assert.True(parameters == count, $"{name} must have {parameters} parameters, but has {count}.");
    }

    // A name inside a layer stands for one in every layer of its stack; T5's table of distances is in the first alone.
    private static IEnumerable<string> Repeated(string name, TransformerConfig config)
    {
        var parts = name.Split('.');
        var at = Array.FindIndex(parts, part => part is "layers" or "block") + 1;
        if (at == 0 || parts.Contains("relative_attention_bias"))
        {
            return [name];
        }

        var layers = (parts.Contains("encoder") ? config.Encoder : config.Decoder)!.Layers;
        return parts[at] != "0" ? [] : Enumerable.Range(0, layers).Select(layer => string.Join('.', [.. parts[..at], $"{layer}", .. parts[(at + 1)..]]));
    }

    private static string T5(int vocabulary, int width, int head, int inner, int layers, int heads) =>
        $$"""{"vocab_size": {{vocabulary}}, "d_model": {{width}}, "d_kv": {{head}}, "d_ff": {{inner}}, "num_layers": {{layers}}, "num_decoder_layers": {{layers}}, "num_heads": {{heads}}, "relative_attention_num_buckets": 32}""";

    private static string Bart(int vocabulary, int width, int inner, int encoder, int decoder, int heads, int positions) =>
        $$"""
        {"vocab_size": {{vocabulary}}, "d_model": {{width}}, "encoder_ffn_dim": {{inner}}, "decoder_ffn_dim": {{inner}}, "encoder_layers": {{encoder}}, "decoder_layers": {{decoder}},
         "encoder_attention_heads": {{heads}}, "decoder_attention_heads": {{heads}}, "max_position_embeddings": {{positions}}}
        """;

    private static string Whisper(int vocabulary, int width, int encoder, int decoder, int heads, int bands)
    {
        var shape = JsonNode.Parse(Bart(vocabulary, width, 4 * width, encoder, decoder, heads, 1))!.AsObject();
        shape["num_mel_bins"] = bands;
        return shape.ToJsonString();
    }

    /// <summary>Notes under which names a family would read its tensors.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="stored">What is stored, where that decides which parts there are; null for all of them.</param>
    private sealed class Names(CheckpointFolder checkpoint, IReadOnlySet<string>? stored) : ParameterSource
    {
        private readonly NameTable names = checkpoint.Family.NamesOf(checkpoint.Config);

        public override Device Device => META;

        public HashSet<string> Needed { get; } = [];

        public Dictionary<string, long[]> Shapes { get; } = [];

        public override Tensor Get(string name, long[] shape, Initialization initialization)
        {
            Needed.Add(Theirs(name));
            return Find(name, shape)!;
        }

        public override Tensor? Find(string name, long[] shape)
        {
            // Several of ours may be stored as one.
            var (theirs, form) = (Theirs(name), checkpoint.Family.FormOf(name));
            Assert.True(Shapes.TryAdd(theirs, form.ShapeOf(shape)) || form.Parts > 1, theirs);
            return empty(shape, device: META);
        }

        public override bool Has(string name) => stored is null || stored.Contains(Theirs(name));

        private string Theirs(string name) => names[name] is var whole && stored is not null && !stored.Contains(whole) && whole.StartsWith(checkpoint.Family.BasePrefix, StringComparison.Ordinal)
            ? whole[checkpoint.Family.BasePrefix.Length..]
            : whole;
    }
}
