using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Families;

/// <summary>A published config.json gives as many parameters as are published; on the meta device, without memory.</summary>
public class PublishedSizesTests
{
    [Theory]
    [InlineData("gpt2", 768, 12, 12, 124_439_808)]
    [InlineData("gpt2-medium", 1024, 24, 16, 354_823_168)]
    [InlineData("gpt2-large", 1280, 36, 20, 774_030_080)]
    [InlineData("gpt2-xl", 1600, 48, 25, 1_557_611_200)]
    public void Gpt2(string name, int width, int layers, int heads, long parameters) => Check(name, parameters, $$"""
        {"model_type": "gpt2", "vocab_size": 50257, "n_positions": 1024, "n_embd": {{width}}, "n_layer": {{layers}}, "n_head": {{heads}}}
        """);

    [Fact]
    public void Llama3() => Check("Meta-Llama-3-8B", 8_030_261_248, """
        {"model_type": "llama", "vocab_size": 128256, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
         "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 8192, "rope_theta": 500000.0, "rms_norm_eps": 1e-05,
         "bos_token_id": 128000, "eos_token_id": 128001, "tie_word_embeddings": false}
        """);

    [Fact]
    public void Llama32() => Check("Llama-3.2-1B", 1_235_814_400, """
        {"model_type": "llama", "vocab_size": 128256, "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "head_dim": 64,
         "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 131072, "rope_theta": 500000.0, "rms_norm_eps": 1e-05,
         "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"},
         "bos_token_id": 128000, "eos_token_id": 128001, "tie_word_embeddings": true}
        """);

    [Theory]
    [InlineData("Qwen2-7B", 152064, 3584, 18944, 28, 28, 4, false, 7_615_616_512)]
    [InlineData("Qwen2.5-0.5B", 151936, 896, 4864, 24, 14, 2, true, 494_032_768)]
    public void Qwen2(string name, int vocabulary, int width, int inner, int layers, int heads, int keyHeads, bool tied, long parameters) => Check(name, parameters, $$"""
        {"model_type": "qwen2", "vocab_size": {{vocabulary}}, "hidden_size": {{width}}, "intermediate_size": {{inner}}, "num_hidden_layers": {{layers}},
         "num_attention_heads": {{heads}}, "num_key_value_heads": {{keyHeads}}, "max_position_embeddings": 131072, "max_window_layers": 28,
         "rope_theta": 1000000.0, "rms_norm_eps": 1e-06, "sliding_window": 131072, "use_sliding_window": false, "tie_word_embeddings": {{(tied ? "true" : "false")}},
         "bos_token_id": 151643, "eos_token_id": 151643}
        """);

    [Fact]
    public void Mistral() => Check("Mistral-7B-v0.1", 7_241_732_096, """
        {"model_type": "mistral", "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
         "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 32768, "rope_theta": 10000.0, "rms_norm_eps": 1e-05,
         "sliding_window": 4096, "tie_word_embeddings": false, "bos_token_id": 1, "eos_token_id": 2}
        """);

    // Names and shapes one by one: TransformerXlFamilyTests.
    [Fact]
    public void TransformerXl() => Check("transfo-xl-wt103", 285_205_322, """
        {"model_type": "transfo-xl", "n_token": 267735, "cutoffs": [20000, 40000, 200000], "d_model": 1024, "d_embed": 1024, "div_val": 4, "n_head": 16, "d_head": 64,
         "d_inner": 4096, "n_layer": 18, "mem_len": 1600, "clamp_len": 1000, "same_length": true, "untie_r": true, "tie_projs": [false, true, true, true], "eos_token_id": 0}
        """);

    // The Transformer without its pooler, and with the output for masked tokens, tied.
    [Theory]
    [InlineData("bert-base-uncased", 30522, 768, 12, 12, 3072, 109_514_298)]
    [InlineData("bert-large-uncased", 30522, 1024, 24, 16, 4096, 335_174_458)]
    [InlineData("bert-base-cased", 28996, 768, 12, 12, 3072, 108_340_804)]
    public void Bert(string name, int vocabulary, int width, int layers, int heads, int inner, long parameters) => Check(name, parameters, $$"""
        {"model_type": "bert", "vocab_size": {{vocabulary}}, "hidden_size": {{width}}, "num_hidden_layers": {{layers}}, "num_attention_heads": {{heads}},
         "intermediate_size": {{inner}}, "max_position_embeddings": 512, "type_vocab_size": 2, "hidden_act": "gelu", "pad_token_id": 0}
        """);

    [Theory]
    [InlineData("roberta", "roberta-base", 50265, 768, 12, 12, 3072, 124_697_433)]
    [InlineData("roberta", "roberta-large", 50265, 1024, 24, 16, 4096, 355_412_057)]
    [InlineData("xlm-roberta", "xlm-roberta-base", 250002, 768, 12, 12, 3072, 278_295_186)]
    [InlineData("xlm-roberta", "xlm-roberta-large", 250002, 1024, 24, 16, 4096, 560_142_482)]
    public void Roberta(string type, string name, int vocabulary, int width, int layers, int heads, int inner, long parameters) => Check(name, parameters, $$"""
        {"model_type": "{{type}}", "vocab_size": {{vocabulary}}, "hidden_size": {{width}}, "num_hidden_layers": {{layers}}, "num_attention_heads": {{heads}},
         "intermediate_size": {{inner}}, "max_position_embeddings": 514, "type_vocab_size": 1, "hidden_act": "gelu", "layer_norm_eps": 1e-05,
         "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
        """);

    [Fact]
    public void DistilBert() => Check("distilbert-base-uncased", 66_985_530, """
        {"model_type": "distilbert", "vocab_size": 30522, "dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072, "max_position_embeddings": 512,
         "activation": "gelu", "pad_token_id": 0}
        """);

    private static void Check(string name, long parameters, string json)
    {
        using var folder = new TemporaryFolder();
        var reader = ConfigReader.Open(folder.Write("config.json", json));
        var family = Family.All.Single(each => each.ModelTypes.Contains((string)JsonNode.Parse(json)!["model_type"]!));
        var config = family.ReadConfig(reader);
        var source = new FreshParameters(device: META);
        using var transformer = new Transformer(config, source);
        Assert.True(parameters == source.Shapes.Values.Sum(Size), $"{name} has {source.Shapes.Values.Sum(Size)} parameters, not {parameters}.");
        var names = family.NamesOf(config);
        Assert.All(source.Shapes.Keys, ours => Assert.NotEmpty(names[ours]));

        static long Size(long[] shape) => shape.Aggregate(1L, (product, extent) => product * extent);
    }
}
