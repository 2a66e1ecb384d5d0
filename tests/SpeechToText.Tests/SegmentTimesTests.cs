namespace Ptgp.SpeechToText.Tests;

public class SegmentTimesTests
{
    [Fact]
    public void SegmentsOfTheSameTextArePairedWithTheSmallestError()
    {
        var times = Compare([(0, 1, " a"), (1, 2, " b"), (3, 4, " a")], [(0.25, 1.5, "A"), (5, 6, "c"), (3.125, 4, "a")]);
        Assert.Equal((3, 2, 0.1875, 0.25), (times.Expected, times.Found, times.StartError, times.EndError));
        Assert.Equal(2 / 3.0, times.Share);
        // Either could be the one; the nearer one is.
        Assert.Equal((1, 0), (Compare([(5, 6, "a")], [(0, 1, "a"), (5, 6, "a")]).Found, Compare([(5, 6, "a")], [(0, 1, "a"), (5, 6, "a")]).Starts));
    }

    [Fact]
    public void OrderMatters() => Assert.Equal(1, Compare([(0, 1, "a"), (1, 2, "b")], [(0, 1, "b"), (1, 2, "a")]).Found);

    [Fact]
    public void SumsCanBeAdded() =>
        Assert.Equal(new SegmentTimes(3, 2, 0.5, 1), Compare([(0, 1, "a"), (1, 2, "b")], [(0.5, 1, "a")]) + Compare([(0, 1, "a")], [(0, 2, "a")]));

    [Fact]
    public void TheyAreScoredWhereTheyAreKnownAndMarked()
    {
        Answer<Recording, Transcript>[] answers =
            [new(new() { Audio = "a" }, new() { Text = "a", Segments = [new() { Start = 0, End = 1, Text = "a" }] }, new() { Text = "a", Segments = [new() { Start = 0.5, End = 1, Text = "a" }] })];
        var metrics = new SpeechToTextPlugin().Score(answers).ToDictionary(metric => metric.Name, metric => metric.Value);
        Assert.Equal((1, 0.5, 0), (metrics["segmentsFound"], metrics["startError"], metrics["endError"]));
        Assert.DoesNotContain(new SpeechToTextPlugin(new() { ReturnTimestamps = false }).Score(answers), metric => metric.Name == "segmentsFound");
    }

    private static SegmentTimes Compare((double, double, string)[] expected, (double, double, string)[] heard) =>
        SegmentTimes.Of(Segments(expected), Segments(heard), text => text.Trim().ToLowerInvariant());

    private static Segment[] Segments((double Start, double End, string Text)[] all) => [.. all.Select(each => new Segment { Start = each.Start, End = each.End, Text = each.Text })];
}
