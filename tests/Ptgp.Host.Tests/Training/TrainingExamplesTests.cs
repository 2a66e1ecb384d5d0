using Ptgp.Host.Training;

namespace Ptgp.Host.Tests.Training;

public class TrainingExamplesTests
{
    [Fact]
    public void EachPartIsAUnitOfItsOwn()
    {
        TrainingExamples<string, string, int, int> examples = new(new Words(false), [new("a b", 2), new("ccc", 3)]);
        Assert.Equal((2, 3, 1), (examples.Examples, examples.Count, examples.LongestUnit));
        Assert.Equal(["a", "b", "ccc"], Enumerable.Range(0, 3).Select(unit => Assert.Single(examples.Encode(unit)).Part));
        Assert.Equal((3, 3L), (examples.Encode(2)[0].Input.Length, examples.Encode(2)[0].Target.Labels[0]));
        Assert.Equal(3, examples.Order(new() { BatchSize = 1 }, 0).BatchesPerEpoch);
    }

    [Fact]
    public void PartsThatAreComparedStandTogether()
    {
        TrainingExamples<string, string, int, int> examples = new(new Words(true), [new("a b", 2), new("ccc", 3), new("d e", 0)]);
        Assert.Equal((3, 2), (examples.Count, examples.LongestUnit));
        Assert.Equal(["a", "b"], examples.Encode(0).Select(example => example.Part));
        // A batch of five parts has room for two examples of two.
        Assert.Equal(2, examples.Order(new() { BatchSize = 5 }, 0).BatchesPerEpoch);
    }

    [Fact]
    public void PartsWithNothingToLearnFromAreLeftOut()
    {
        TrainingExamples<string, string, int, int> examples = new(new Words(false), [new("a skip", 2), new("skip", 3)]);
        Assert.Equal((2, 1), (examples.Examples, examples.Count));
        Assert.Equal("a", examples.Encode(0)[0].Part);
    }

    [Fact]
    public void AnExampleThatTheHeadCannotEncodeIsNamed()
    {
        var error = Assert.Throws<UserException>(() => new TrainingExamples<string, string, int, int>(new Words(false), [new("a", 2), new("bad", 3)]));
        Assert.Equal("Words could not encode example 2 of the data: no such word", error.Message);
    }

    [Fact]
    public void ABudgetOfTokensCountsTheLongerSideAsFarAsItIsKept()
    {
        TrainingExamples<string, string, int, int> examples = new(new Words(false), [new("a", 1), new("bb", 1), new("cccccc", 1)]);
        Assert.Equal(3, examples.Order(new() { TokensPerBatch = 1 }, 0).BatchesPerEpoch);
        Assert.Equal(2, examples.Order(new() { TokensPerBatch = 6 }, 0).BatchesPerEpoch);
        Assert.Equal(1, examples.Order(new() { TokensPerBatch = 6, MaxInputLength = 2 }, 0).BatchesPerEpoch);
    }

    [Fact]
    public void PartsThatAreComparedStandTogetherWithinABudgetToo()
    {
        TrainingExamples<string, string, int, int> examples = new(new Words(true), [new("aaa b", 2), new("ccc", 3), new("d e", 0)]);
        // Two rows of three, and one more; then two of one.
        Assert.Equal(2, examples.Order(new() { TokensPerBatch = 9 }, 0).BatchesPerEpoch);
        Assert.Equal(1, examples.Order(new() { TokensPerBatch = 15 }, 0).BatchesPerEpoch);
    }

    [Fact]
    public void AnInputThatTheHeadCannotEncodeIsNamedWhenBatchesAreMeasured()
    {
        TrainingExamples<string, string, int, int> examples = new(new Words(false), [new("a", 2), new("unreadable", 3)]);
        var error = Assert.Throws<UserException>(() => examples.Order(new() { TokensPerBatch = 9 }, 0));
        Assert.Equal("Words could not encode example 2 of the data: no such letter", error.Message);
    }

    private sealed class Words(bool together) : TaskHead<string, string, int, int>(null!)
    {
        public override bool KeepsPartsTogether => together;

        public override IReadOnlyList<string> Split(string input) => input.Split(' ');

        public override int Join(string input, IReadOnlyList<string> parts, IReadOnlyList<int> answers) => answers[0];

        public override Features EncodeInput(string part) =>
            part == "unreadable" ? throw new FormatException("no such letter") : Features.FromTokens(part.Select(letter => (int)letter));

        public override Target? EncodeTarget(string part, int output) =>
            part == "skip" ? null : part == "bad" ? throw new FormatException("no such word") : Target.FromLabels(output);

        public override TaskLoss Loss(EncodedBatch<string> batch) => throw new InvalidOperationException();
    }
}
