namespace Ptgp.Backbone.Tests.Checkpoints;

/// <summary>What a checkpoint says of writing are defaults.</summary>
public class GenerationConfigTests
{
    [Fact]
    public void ACheckpointThatSamplesSaysHow()
    {
        var options = CheckpointFolder.Open(Repository.Fixture("models", "qwen2")).Generation;
        Assert.Equal((true, 0.7, 20, 0.8, 1.1), (options.DoSample, options.Temperature, options.TopK, options.TopP, options.RepetitionPenalty));
        Assert.Equal([660, 661], options.EosTokenId);
        Assert.Null(options.Seed);
    }

    [Fact]
    public void EveryOptionOfDrawingAndStoppingIsRead()
    {
        var folder = Directory.CreateTempSubdirectory("ptgp-").FullName;
        try
        {
            var path = Path.Combine(folder, "generation_config.json");
            File.WriteAllText(path, """
                { "do_sample": true, "min_p": 0.1, "typical_p": 0.9, "epsilon_cutoff": 0.01, "eta_cutoff": 0.02, "max_time": 3, "top_k": null,
                  "sequence_bias": [[[4, 5], -1.5], [[6], 2]], "stop_strings": ["a", "b"] }
                """);
            var options = GenerationConfig.Read(folder, ConfigReader.Open(path));
            Assert.Equal((true, 0.1, 0.9, 0.01, 0.02, 3.0, null), (options.DoSample, options.MinP, options.TypicalP, options.EpsilonCutoff, options.EtaCutoff, options.MaxTime, options.TopK));
            Assert.Equal(["a", "b"], options.StopStrings);
            Assert.Equal([-1.5, 2], options.SequenceBias!.Select(bias => bias.Bias));
            Assert.Equal([[4, 5], [6]], options.SequenceBias!.Select(bias => bias.Ids));
            File.WriteAllText(path, """{ "stop_strings": "a" }""");
            Assert.Equal(["a"], GenerationConfig.Read(folder, ConfigReader.Open(path)).StopStrings);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void TheHeadsThatFollowTheSourceAreThoseTheCheckpointNames()
    {
        Assert.Equal([new(1, 0), new(2, 1)], CheckpointFolder.Open(Repository.Fixture("models", "whisper")).Describe("w").AlignmentHeads);
        Assert.Equal([new(1, 0), new(1, 1), new(1, 2), new(2, 0), new(2, 1), new(2, 2)], CheckpointFolder.Open(Repository.Fixture("models", "marian")).Describe("m").AlignmentHeads);
        Assert.Empty(CheckpointFolder.Open(Repository.Fixture("models", "gpt2")).Describe("g").AlignmentHeads);
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.json", """{ "alignment_heads": null }""");
        var decoder = new StackConfig { Layers = 3, Heads = 2, HeadWidth = 4, FeedForwardWidth = 8 };
        Assert.Equal([new(1, 0), new(1, 1), new(2, 0), new(2, 1)], GenerationConfig.AlignmentHeads(ConfigReader.Open(path), decoder));
        foreach (var wrong in new[] { "[[3, 0]]", "[[0]]", "[]", "7", "[[0, \"a\"]]" })
        {
            path = folder.Write("config.json", $$"""{ "alignment_heads": {{wrong}} }""");
            Assert.Contains("'alignment_heads' must hold pairs", Assert.Throws<CheckpointException>(() => GenerationConfig.AlignmentHeads(ConfigReader.Open(path), decoder)).Message, StringComparison.Ordinal);
        }
    }
}
