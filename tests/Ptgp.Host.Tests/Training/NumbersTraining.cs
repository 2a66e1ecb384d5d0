using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Training;

/// <summary>Trainings of number sequences on the tiny T5.</summary>
internal static class NumbersTraining
{
    /// <summary>Makes a trainer that answers with its inputs.</summary>
    public static Trainer<string, string, string, string> Make(
        NumbersBackbone backbone, FineTuningRecipe recipe, string name = "numbers", NumbersHead? head = null, int count = 30, int seed = 1, Func<IReadOnlyList<string>, IReadOnlyList<string>>? answer = null, IConsoleLog? log = null)
    {
        manual_seed(recipe.Seed);
        BackboneView view = new(backbone.Checkpoint.Describe("numbers"), new NumbersTokenizer(), backbone.Transformer);
        return new()
        {
            Name = name,
            Plugin = new NumbersPlugin(),
            Head = head ?? new ScaledNumbersHead(view),
            Backbone = head is null ? view : backbone.View,
            Checkpoint = backbone.Checkpoint,
            Recipe = recipe,
            Examples = Examples(count, seed),
            HeldOut = Examples(10, seed + 100),
            Answer = (inputs, _) => Task.FromResult(answer?.Invoke(inputs) ?? inputs),
            Log = log ?? new Said(),
        };
    }

    /// <summary>Makes sequences, and every other number of each.</summary>
    public static Example<string, string>[] Examples(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int[] source = [.. Enumerable.Range(0, random.Next(3, 12)).Select(_ => random.Next(2, 79))];
            return new Example<string, string>(string.Join(' ', source.Append(1)), string.Join(' ', source.Where((_, i) => i % 2 == 0).Append(1)));
        })];
    }

    /// <summary>Sees to it that two folders hold the same weights and figures, to the bit.</summary>
    public static void AssertSame(string expected, string actual)
    {
        Assert.Equal(File.ReadAllText(Path.Combine(expected, "metrics.jsonl")), File.ReadAllText(Path.Combine(actual, "metrics.jsonl")));
        var files = Directory.GetFiles(expected, "*.safetensors", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(file.Replace(expected, actual, StringComparison.Ordinal))));
    }
}

/// <summary>What was said.</summary>
internal sealed class Said : IConsoleLog
{
    public List<string> Lines { get; } = [];

    public List<string> Warnings { get; } = [];

    public void Status(string message) => Lines.Add(message);

    public void Warn(string message) => Warnings.Add(message);

    public void Detail(string message)
    {
    }
}
