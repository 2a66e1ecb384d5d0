using System.Text.Json.Nodes;
using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Weights;
using static TorchSharp.torch;

namespace Ptgp.Backbone;

/// <summary>Writes checkpoints whose weights were never trained, for pre-training to start from.</summary>
public static class FreshCheckpoint
{
    /// <summary>Writes a checkpoint with the tokenizer of another folder.</summary>
    /// <param name="shape">Its shape.</param>
    /// <param name="folder">The folder to write, as a whole or not at all. One that is there is replaced with all it holds.</param>
    /// <param name="tokenizer">A checkpoint's folder, or one with a tokenizer's files alone.</param>
    /// <param name="seed">What its weights are drawn from: the same seed gives the same bytes.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="CheckpointException">There is no tokenizer, or it does not do for the shape.</exception>
    /// <exception cref="IOException">The disk is full or the place may not be written to.</exception>
    public static CheckpointFolder Write(FreshShape shape, string folder, string tokenizer, int seed)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var read = File.Exists(Path.Combine(tokenizer, "config.json")) ? CheckpointFolder.Open(tokenizer).LoadTokenizer() : TokenizerLoader.Load(tokenizer, new());
        return Write(shape, folder, shape.Number(read), seed, (beside, checkpoint) =>
        {
            CompanionFiles.CopyTokenizer(tokenizer, beside);
            if (checkpoint().LoadTokenizer().Count != read.Count)
            {
                throw new CheckpointException($"The tokenizer of '{tokenizer}' must be the same beside other weights, but it needs what the family of its own adds. Take one that is stored as tokenizer.json.");
            }
        });
    }

    /// <summary>Writes a checkpoint without a tokenizer; its special ids are those that the shape's family is used to.</summary>
    /// <inheritdoc cref="Write(FreshShape, string, string, int)" />
    /// <param name="shape">Its shape.</param>
    /// <param name="folder">The folder to write.</param>
    /// <param name="vocabulary">How many ids it reads and writes; at least <see cref="FreshShape.SmallestVocabulary"/>.</param>
    /// <param name="seed">What its weights are drawn from.</param>
    public static CheckpointFolder Write(FreshShape shape, string folder, int vocabulary, int seed)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return Write(shape, folder, shape.Number(vocabulary), seed, (_, _) => { });
    }

    private static CheckpointFolder Write(FreshShape shape, string folder, FreshVocabulary vocabulary, int seed, Action<string, Func<CheckpointFolder>> addTokenizer)
    {
        AtomicFolder.Write(folder, beside =>
        {
            var config = shape.Fill("config", vocabulary)!.AsObject();
            config["dtype"] = "float32";
            CompanionFiles.Write(Path.Combine(beside, "config.json"), config);
            if (shape.Fill("generation", vocabulary) is JsonObject generation)
            {
                CompanionFiles.Write(Path.Combine(beside, "generation_config.json"), generation);
            }

            addTokenizer(beside, () => CheckpointFolder.Open(beside));
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            var checkpoint = CheckpointFolder.Open(beside);
            using var transformer = new Transformer(checkpoint.Config, new FreshWeights(shape.Drawing, checkpoint.Config, seed));
            WeightShards.Write(beside, checkpoint.ToStored(transformer));
        });
        return CheckpointFolder.Open(folder);
    }
}
