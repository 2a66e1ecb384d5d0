using Ptgp.Toolkit.Metrics;
using Ptgp.Toolkit.Speech;

namespace Ptgp.Toolkit.Tests.Metrics;

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

    private static SegmentTimes Compare((double, double, string)[] expected, (double, double, string)[] heard) =>
        SegmentTimes.Of(Segments(expected), Segments(heard), text => text.Trim().ToLowerInvariant());

    private static Segment[] Segments((double Start, double End, string Text)[] all) => [.. all.Select(each => new Segment { Start = each.Start, End = each.End, Text = each.Text })];
}
