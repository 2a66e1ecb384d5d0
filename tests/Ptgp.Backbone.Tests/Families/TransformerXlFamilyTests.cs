using System.Text.Json.Nodes;
using Ptgp.Backbone.Tests.Model.Segments;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Families;

/// <summary>Checkpoints with the names and shapes that the reference's own modules have; the list is written out here, not taken from the family.</summary>
public class TransformerXlFamilyTests
{
    private const string Tiny = """
        {"model_type": "transfo-xl", "vocab_size": 37, "cutoffs": [8, 20], "d_model": 10, "d_embed": 9, "div_val": 3, "n_head": 2, "d_head": 7, "d_inner": 13, "n_layer": 3,
         "mem_len": 5, "clamp_len": 4, "same_length": true, "untie_r": true, "pre_lnorm": false, "tie_projs": [false, true, true], "dropout": 0.1, "eos_token_id": 0}
        """;

    // As on the hub; n_token is how the first release called the vocabulary.
    private const string Published = """
        {"adaptive": true, "architectures": ["TransfoXLLMHeadModel"], "attn_type": 0, "clamp_len": 1000, "cutoffs": [20000, 40000, 200000], "d_embed": 1024, "d_head": 64,
         "d_inner": 4096, "d_model": 1024, "div_val": 4, "dropatt": 0.0, "dropout": 0.1, "eos_token_id": 0, "ext_len": 0, "init": "normal", "init_range": 0.01,
         "init_std": 0.02, "layer_norm_epsilon": 1e-05, "mem_len": 1600, "model_type": "transfo-xl", "n_head": 16, "n_layer": 18, "n_token": 267735, "pre_lnorm": false,
         "proj_init_std": 0.01, "same_length": true, "sample_softmax": -1, "tgt_len": 128, "tie_projs": [false, true, true, true], "tie_weight": true, "untie_r": true}
        """;

    public static TheoryData<string, string> Variants => new()
    {
        { "as published", "{}" },
        { "one table of another width", """{"div_val": 1}""" },
        { "one table of the same width", """{"div_val": 1, "d_embed": 10}""" },
        { "nothing tied", """{"tie_word_embeddings": false, "tie_projs": [false, false, false]}""" },
        { "biases shared by layers", """{"untie_r": false}""" },
        { "norm first, all before", """{"pre_lnorm": true, "same_length": false, "clamp_len": -1}""" },
        { "one cluster", """{"cutoffs": [], "tie_projs": [false]}""" },
        { "projections shared but the first", """{"tie_projs": null, "proj_share_all_but_first": true}""" },
    };

    [Theory, MemberData(nameof(Variants))]
    public void NamesAndShapesAreTheReferences(string name, string changes)
    {
        using var folder = Folder(changes);
        var checkpoint = CheckpointFolder.Open(folder.Path);
        Assert.Equal(Reference(Config(changes)).Where(tensor => tensor.Value is not null).ToDictionary(tensor => tensor.Key, tensor => string.Join(',', tensor.Value!)), Stored(checkpoint));
        Assert.NotEmpty(name);
    }

    [Fact]
    public void ThePublishedSizeHasThePublishedNamesAndShapes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", Published);
        var checkpoint = CheckpointFolder.Open(folder.Path);
        var (config, decoder) = (checkpoint.Config, checkpoint.Config.Decoder!);
        Assert.Equal((267735, 1600, 1600, 1000, 32.0, 0), (config.Vocabulary, decoder.Memory, decoder.Window, decoder.DistanceLimit, config.EmbeddingScale, config.EndId));
        Assert.Equal(int.MaxValue, checkpoint.Describe("any").MaxLength);
        var stored = Stored(checkpoint);
        Assert.Equal(Reference(JsonNode.Parse(Published)!.AsObject()).Where(tensor => tensor.Value is not null).ToDictionary(tensor => tensor.Key, tensor => string.Join(',', tensor.Value!)), stored);
        Assert.Equal("160000,64", stored["transformer.word_emb.emb_layers.2.weight"]);
        Assert.Equal(285_205_322, stored.Values.Sum(shape => shape.Split(',').Aggregate(1L, (product, extent) => product * long.Parse(extent))));
    }

    [Theory, MemberData(nameof(Variants))]
    public void WhatIsSavedLoadsAndSavesTheSameBytes(string name, string changes)
    {
        using var scope = NewDisposeScope();
        using var folder = Folder(changes);
        var checkpoint = CheckpointFolder.Open(folder.Path);
        using var made = TinyXl.Make(checkpoint.Config);
        checkpoint.Save(made, folder["saved"]);
        var saved = CheckpointFolder.Open(folder["saved"]);
        var fit = saved.Verify();
        Assert.Empty(fit.Unread);
        Assert.Equal(made.NamedParameters.Values.Sum(parameter => parameter.NumberOfElements), fit.Parameters);
        using var loaded = saved.LoadTransformer(CPU, ScalarType.Float32);
        saved.Save(loaded, folder["again"]);
        Assert.Equal(File.ReadAllBytes(folder["saved/model.safetensors"]), File.ReadAllBytes(folder["again/model.safetensors"]));
        Assert.Equal(File.ReadAllBytes(folder["config.json"]), File.ReadAllBytes(folder["again/config.json"]));
        using var quiet = no_grad();
        Assert.InRange(Difference.Of(Logits(loaded), Logits(made)), 0, 1e-4);
        Assert.NotEmpty(name);
    }

    // The hub's file has all names of shared tensors and the sines' frequencies; a file without duplicates has one name of each, whichever.
    [Theory, InlineData("{}"), InlineData("""{"untie_r": false}"""), InlineData("""{"div_val": 1}""")]
    public void SharedTensorsAreFoundUnderAnyOfTheirNames(string changes)
    {
        using var scope = NewDisposeScope();
        using var folder = Folder(changes);
        var checkpoint = CheckpointFolder.Open(folder.Path);
        using var made = TinyXl.Make(checkpoint.Config);
        checkpoint.Save(made, folder["saved"]);
        var shared = Reference(Config(changes)).Where(tensor => tensor.Value is null).Select(tensor => tensor.Key).ToArray();
        Dictionary<string, Tensor> tensors;
        using (var file = SafeTensorsFile.Open(folder["saved/model.safetensors"]))
        {
            tensors = file.Entries.Keys.ToDictionary(each => each, each => file.Read(each).clone());
        }

        tensors["transformer.pos_emb.inv_freq"] = ones(5);
        foreach (var alias in shared)
        {
            tensors[alias] = tensors[Original(alias)].clone();
        }

        using var quiet = no_grad();
        Check();
        foreach (var original in shared.Select(Original).Distinct())
        {
            tensors.Remove(original);
        }

        Check();

        void Check()
        {
            SafeTensorsWriter.Write(folder["saved/model.safetensors"], tensors);
            var opened = CheckpointFolder.Open(folder["saved"]);
            Assert.Empty(opened.Verify().Unread);
            using var loaded = opened.LoadTransformer(CPU, ScalarType.Float32);
            Assert.InRange(Difference.Of(Logits(loaded), Logits(made)), 0, 1e-4);
        }

        string Original(string alias) => alias.Contains("out_layers", StringComparison.Ordinal) ? alias.Replace("crit.out_layers", "transformer.word_emb.emb_layers", StringComparison.Ordinal)
            : alias.Contains("out_projs", StringComparison.Ordinal) ? "transformer.word_emb.emb_projs." + (changes.Contains("\"div_val\": 1", StringComparison.Ordinal) ? "0" : alias.Split('.')[^1])
            : "transformer." + alias.Split('.')[^1];
    }

    [Theory]
    [InlineData("""{"attn_type": 2}""", "'attn_type' must be 0, the positions of the paper, but is 2.")]
    [InlineData("""{"d_model": 9}""", "'d_model' must be even, a sine and a cosine for each period, but is 9.")]
    [InlineData("""{"mem_len": 0}""", "'mem_len' must be at least 1, but is 0.")]
    [InlineData("""{"cutoffs": [20, 8]}""", "'cutoffs' must ascend between 0 and the vocabulary, 37, but is [20,8].")]
    [InlineData("""{"cutoffs": [8, 37]}""", "'cutoffs' must ascend between 0 and the vocabulary, 37, but is [8,37].")]
    [InlineData("""{"div_val": 4}""", "'div_val' must leave the last of 3 clusters a width, of 9 for the first, but is 4.")]
    [InlineData("""{"tie_projs": [true]}""", "'tie_projs' must have a truth value for each of 3 clusters, but is [true].")]
    [InlineData("""{"tie_projs": 1}""", "'tie_projs' must be a list of truth values, but is 1.")]
    public void WhatIsNotUnderstoodIsRefused(string changes, string expected)
    {
        using var folder = Folder(changes);
        Assert.Equal($"{folder["config.json"]}: {expected}", Assert.Throws<CheckpointException>(() => CheckpointFolder.Open(folder.Path)).Message);
    }

    [Fact]
    public void LowRankDeltasReachDistancesTooAndAreFoundAgain()
    {
        using var scope = NewDisposeScope();
        using var folder = Folder("{}");
        var checkpoint = CheckpointFolder.Open(folder.Path);
        using var transformer = TinyXl.Make(checkpoint.Config);
        var names = checkpoint.Family.NamesOf(checkpoint.Config);
        var paths = AdapterTargets.Find(transformer.NamedParameters.Keys, ["q", "k", "v", "r", "up"]);
        using var adapter = new Adapter(transformer, paths, rank: 2, alpha: 4, seed: 1, path => names[path + ".weight"]);
        using var quiet = no_grad();
        foreach (var (_, weight) in adapter.Weights)
        {
            weight.normal_(0, 0.3);
        }

        var expected = Logits(transformer, adapter);
        Assert.True(Difference.Of(expected, Logits(transformer)) > 0.1);
        Directory.CreateDirectory(folder["adapter"]);
        new AdapterFolder(checkpoint, transformer).Save(adapter, folder["adapter"]);
        using var loaded = new AdapterFolder(checkpoint, transformer).Load(folder["adapter"]);
        Assert.InRange(Difference.Of(Logits(transformer, loaded), expected), 0, 1e-5);
        AdapterMerge.Into(transformer, loaded);
        Assert.InRange(Difference.Of(Logits(transformer), expected), 0, 1e-4);
    }

    private static Tensor Logits(Transformer transformer, Adapter? adapter = null) =>
        transformer.Project(transformer.Encode(transformer.Embed(TinyXl.Batch(TinyXl.Ids(2, 11, seed: 2))), adapter).States);

    private static TemporaryFolder Folder(string changes)
    {
        var folder = new TemporaryFolder();
        folder.Write("config.json", Config(changes).ToJsonString());
        return folder;
    }

    private static JsonObject Config(string changes)
    {
        var config = JsonNode.Parse(Tiny)!.AsObject();
        foreach (var (field, value) in JsonNode.Parse(changes)!.AsObject())
        {
            config[field] = value?.DeepClone();
        }

        return config;
    }

    private static Dictionary<string, string> Stored(CheckpointFolder checkpoint)
    {
        var source = new FreshParameters(device: META);
        using var transformer = new Transformer(checkpoint.Config, source);
        var names = checkpoint.Family.NamesOf(checkpoint.Config);
        return source.Shapes.Select(shape => KeyValuePair.Create(names[shape.Key], string.Join(',', checkpoint.Family.FormOf(shape.Key).ShapeOf(shape.Value)))).Distinct().ToDictionary();
    }

    // What the reference's modules hold, by name; null where it is another tensor's second name.
    private static Dictionary<string, long[]?> Reference(JsonObject config)
    {
        Dictionary<string, long[]?> tensors = [];
        long vocabulary = Get("vocab_size") ?? Get("n_token")!.Value, width = Get("d_model")!.Value, embedding = Get("d_embed")!.Value, heads = Get("n_head")!.Value, head = Get("d_head")!.Value, inner = Get("d_inner")!.Value;
        var divisor = Get("div_val")!.Value;
        long[] ends = [0, .. config["cutoffs"]!.AsArray().Select(cutoff => (long)cutoff!), vocabulary];
        var (clusters, isOne, ties) = (ends.Length - 1, divisor == 1, (bool?)config["tie_word_embeddings"] ?? true);
        bool[] shares = config["tie_projs"] is JsonArray list ? [.. list.Select(each => (bool)each!)] : [false, .. Enumerable.Repeat(true, clusters - 1)];
        for (var i = 0; i < clusters; i++)
        {
            var narrow = embedding / (long)Math.Pow(divisor, i);
            if (!isOne || i == 0)
            {
                var count = isOne ? vocabulary : ends[i + 1] - ends[i];
                tensors[$"transformer.word_emb.emb_layers.{i}.weight"] = [count, narrow];
                tensors[$"crit.out_layers.{i}.weight"] = ties ? null : [count, narrow];
                tensors[$"crit.out_layers.{i}.bias"] = [count];
            }

            if (!isOne || width != embedding)
            {
                if (!isOne || i == 0)
                {
                    tensors[$"transformer.word_emb.emb_projs.{i}"] = [width, narrow];
                }

                tensors[$"crit.out_projs.{i}"] = shares[i] ? null : [width, narrow];
            }
        }

        if (clusters > 1)
        {
            tensors["crit.cluster_weight"] = [clusters - 1, embedding];
            tensors["crit.cluster_bias"] = [clusters - 1];
        }

        var own = (bool)config["untie_r"]!;
        for (var layer = 0; layer < Get("n_layer"); layer++)
        {
            var start = $"transformer.layers.{layer}.";
            foreach (var bias in new[] { "r_w_bias", "r_r_bias" })
            {
                tensors[$"{start}dec_attn.{bias}"] = own ? [heads, head] : null;
                if (!own)
                {
                    tensors[$"transformer.{bias}"] = [heads, head];
                }
            }

            tensors[start + "dec_attn.qkv_net.weight"] = [3 * heads * head, width];
            tensors[start + "dec_attn.o_net.weight"] = [width, heads * head];
            tensors[start + "dec_attn.r_net.weight"] = [heads * head, width];
            tensors[start + "pos_ff.CoreNet.0.weight"] = [inner, width];
            tensors[start + "pos_ff.CoreNet.0.bias"] = [inner];
            tensors[start + "pos_ff.CoreNet.3.weight"] = [width, inner];
            tensors[start + "pos_ff.CoreNet.3.bias"] = [width];
            foreach (var part in new[] { "dec_attn", "pos_ff" })
            {
                tensors[$"{start}{part}.layer_norm.weight"] = [width];
                tensors[$"{start}{part}.layer_norm.bias"] = [width];
            }
        }

        return tensors;

        long? Get(string name) => (long?)config[name];
    }
}
