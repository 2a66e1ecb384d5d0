using Ptgp.Host.Hub;

namespace Ptgp.Host.Tests.Hub;

public sealed class NeededFilesTests
{
    [Theory]
    [InlineData("config.json model.safetensors pytorch_model.bin flax_model.msgpack model.fp16.safetensors", "config.json model.safetensors", null)]
    [InlineData("config.json model.safetensors.index.json model-1.safetensors pytorch_model.bin", "config.json model.safetensors.index.json", "model.safetensors.index.json")]
    [InlineData("config.json pytorch_model.bin rust_model.ot", "config.json pytorch_model.bin", null)]
    [InlineData("config.json pytorch_model.bin.index.json pytorch_model-1.bin", "config.json pytorch_model.bin.index.json", "pytorch_model.bin.index.json")]
    [InlineData("adapter_config.json adapter_model.safetensors adapter_model.bin tokenizer.json", "tokenizer.json adapter_config.json adapter_model.safetensors", null)]
    [InlineData("config.json model.safetensors source.spm target.spm vocab.json training_args.bin optimizer.pt sub/tokenizer.json", "config.json source.spm target.spm vocab.json model.safetensors", null)]
    public void WeightsAreTakenInOneFormAlone(string names, string needed, string? index)
    {
        var chosen = NeededFiles.Of(new("us/tiny", "main"), names.Split(' '));
        Assert.Equal((needed, index), (string.Join(' ', chosen.Names), chosen.Index));
    }

    [Theory]
    [InlineData("model.gguf", "has no config.json (it has 'model.gguf')")]
    [InlineData("config.json tf_model.h5", "has no such weights (it has 'tf_model.h5')")]
    [InlineData("README.md", "has no config.json.")]
    public void WhatIsNoCheckpointIsRefused(string names, string said) =>
        Assert.Contains(said, Assert.Throws<UserException>(() => NeededFiles.Of(new("us/tiny", "main"), names.Split(' '))).Message, StringComparison.Ordinal);
}
