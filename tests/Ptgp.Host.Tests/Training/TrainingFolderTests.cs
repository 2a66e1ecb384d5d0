using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

public sealed class TrainingFolderTests : IDisposable
{
    private static readonly FineTuningRecipe recipe = new() { Tuning = BackboneTuning.LowRank, Rank = 2, LearningRate = 0.01 };

    private readonly TemporaryFolder temporary = new();
    private readonly string output;

    public TrainingFolderTests() => output = temporary["out"];

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void ADiskThatFillsUpLeavesTheOldCheckpointWhole()
    {
        TrainingFolder folder = new(output);
        folder.Begin(recipe);
        folder.Save(TrainingFolder.Best, recipe, null, beside => File.WriteAllText(Path.Combine(beside, "weights"), "old"));
        var error = Assert.Throws<UserException>(() => folder.Save(TrainingFolder.Best, recipe, null, beside =>
        {
            File.WriteAllText(Path.Combine(beside, "weights"), "ne");
            throw new IOException("No space left on device");
        }));
        Assert.StartsWith($"Training must be able to write to '{output}', but cannot: ", error.Message);
        Assert.Equal("old", File.ReadAllText(Path.Combine(output, "best", "weights")));
        Assert.Equal(["best"], Directory.GetDirectories(output).Select(Path.GetFileName));
    }

    [Fact]
    public void AFolderThatMayNotBeWrittenIsSaidToBeSo()
    {
        TrainingFolder folder = new(output);
        folder.Begin(recipe);
        var error = Assert.Throws<UserException>(() => folder.Save(TrainingFolder.Best, recipe, null, _ => throw new UnauthorizedAccessException("Not yours.")));
        Assert.EndsWith(" Checkpoints saved before are whole; allow it to be written and go on with --resume.", error.Message);
    }
}
