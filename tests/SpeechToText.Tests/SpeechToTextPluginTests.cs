using Ptgp.Testing;

namespace Ptgp.SpeechToText.Tests;

public class SpeechToTextPluginTests
{
    private static readonly Example<Recording, Transcript>[] Examples =
    [
        new(
            new() { Audio = Repository.Fixture("audio", "fsdd", "7_jackson_0.wav"), Language = "en", Prompt = "six" },
            new() { Text = " seven", Segments = [new() { Start = 0.02, End = 0.4, Text = " seven" }] }),
        new(new() { Audio = Repository.Fixture("audio", "fsdd", "3_nicolas_1.wav"), Prompt = "two" }, new() { Text = "three" }),
        new(new() { Audio = Repository.Fixture("audio", "fsdd", "0_george_2.wav") }, new() { Text = "zero", Segments = [new() { Start = 0, End = 0.6, Text = " zero" }] }),
    ];

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 4)]
    public void ItKeepsTheContract(bool words, int batchSize)
    {
        using var backbone = TinyBackbone.ThatHears();
        PluginContract.Verify(
            new SpeechToTextPlugin(new() { WordTimestamps = words, SpeedPerturbation = [0.9, 1, 1.1], TimestampProbability = words ? 1 : 0.5, ConditionOnPrevProbability = 0.5, BatchSize = batchSize }),
            Examples, backbone);
    }

    [Fact]
    public void EveryRateSaysWhatWasCounted()
    {
        Answer<Recording, Transcript>[] answers = [new(new() { Audio = "a" }, new() { Text = "one two tree" }, new() { Text = "one two three" })];
        var signatures = new SpeechToTextPlugin(new() { Normalizer = Normalizer.None }).Score(answers).ToDictionary(metric => metric.Name, metric => metric.Signature);
        Assert.All(["wer", "mer", "wil"], name => Assert.Equal("normalizer:None|S:1|D:0|I:0|H:2", signatures[name]));
        Assert.Equal("normalizer:None|S:0|D:1|I:0|H:12", signatures["cer"]);
    }

    [Fact]
    public void TheyAreScoredWhereTheyAreKnownAndMarked()
    {
        Answer<Recording, Transcript>[] answers =
            [new(new() { Audio = "a" }, new() { Text = "a", Segments = [new() { Start = 0, End = 1, Text = "a" }] }, new() { Text = "a", Segments = [new() { Start = 0.5, End = 1, Text = "a" }] })];
        var metrics = new SpeechToTextPlugin().Score(answers).ToDictionary(metric => metric.Name, metric => metric.Value);
        Assert.Equal((1, 0.5, 0), (metrics["segmentsFound"], metrics["startError"], metrics["endError"]));
        Assert.DoesNotContain(new SpeechToTextPlugin(new() { ReturnTimestamps = false }).Score(answers), metric => metric.Name == "segmentsFound");
    }
}
