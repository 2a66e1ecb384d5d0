using Ptgp.Backbone;
using Ptgp.Backbone.Weights;
using Ptgp.Tests;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Commands;

public sealed class ModelsConvertCommandTests
{
    private static readonly string checkpoint = Repository.Fixture("models", "t5-v1_1");

    [Theory]
    [InlineData("float16", ScalarType.Float16)]
    [InlineData("BFloat16", ScalarType.BFloat16)]
    public async Task WeightsAreThoseOfTheCheckpointRounded(string type, ScalarType expected)
    {
        using var folder = new CommandFolder();
        Assert.Equal((0, folder["half"] + "\n", ""), await folder.RunAsync("models", "convert", checkpoint, "--dtype", type, "--output", "half"));
        Assert.Equal(CheckpointFolder.Open(checkpoint).LoadTokenizer().Encode("Two dogs.").Tokens, CheckpointFolder.Open(folder["half"]).LoadTokenizer().Encode("Two dogs.").Tokens);
        using var scope = NewDisposeScope();
        using var before = SafeTensorsFile.Open(Path.Combine(checkpoint, "model.safetensors"));
        using var after = SafeTensorsFile.Open(Path.Combine(folder["half"], "model.safetensors"));
        Assert.NotEmpty(after.Entries);
        Assert.All(after.Entries, entry =>
        {
            Assert.Equal(expected, entry.Value.Type);
            Assert.True(before.Read(entry.Key).to(expected).equal(after.Read(entry.Key)).all().item<bool>(), entry.Key);
        });
        using var loaded = CheckpointFolder.Open(folder["half"]).LoadTransformer(CPU, ScalarType.Float32);
    }

    [Fact]
    public async Task WhatTheTypeCannotHoldIsRefusedAndNothingIsWritten()
    {
        using var folder = new CommandFolder();
        using (var scope = NewDisposeScope())
        {
            using var quiet = no_grad();
            var stored = CheckpointFolder.Open(checkpoint);
            using var large = stored.LoadTransformer(CPU, ScalarType.Float32, trainable: true);
            using TorchSharp.Scalar million = 1e6f;
            large.NamedParameters["embeddings.weight"].fill_(million);
            stored.Save(large, folder["large"]);
        }

        var (code, output, error) = await folder.RunAsync("models", "convert", "large", "--dtype", "float16", "--output", "half");
        Assert.Equal(
            (1, "", $"The weights of '{folder["large"]}' must be numbers that float16 holds, but 'embeddings.weight' has others. Take another --dtype, such as bfloat16.\n"),
            (code, output, error));
        Assert.False(Directory.Exists(folder["half"]));
        Assert.Equal(0, (await folder.RunAsync("models", "convert", "large", "--dtype", "bfloat16", "--output", "half")).Code);
    }

    [Fact]
    public async Task ATypeThatIsNotKnownIsRefused()
    {
        using var folder = new CommandFolder();
        Assert.Equal(
            (2, "", "--dtype must be one of float32, float16, bfloat16, but is 'float61'. Did you mean 'float16'?\n"),
            await folder.RunAsync("models", "convert", checkpoint, "--dtype", "float61", "--output", "half"));
    }
}
