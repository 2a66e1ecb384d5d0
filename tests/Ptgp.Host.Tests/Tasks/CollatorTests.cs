using Ptgp.Host.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Tasks;

public class CollatorTests
{
    private static readonly Collator Collator = new() { Device = CPU, PadId = 9, EndId = 1, MaxInputLength = 4, MaxTargetLength = 3 };

    [Fact]
    public void ShorterPartsAreFilledUpAndMasked()
    {
        using var scope = NewDisposeScope();
        var batch = Collator.Collate([Features.FromTokens([5, 6, 1]), Features.FromTokens([7])]);
        Assert.Equal([5, 6, 1, 7, 9, 9], batch.Source.data<long>().ToArray());
        Assert.Equal([2, 3], batch.Source.shape);
        Assert.Equal([true, true, true, true, false, false], batch.Mask.data<bool>().ToArray());
        Assert.Null(batch.Segments);
    }

    [Fact]
    public void SegmentsArePaddedWhenAnyPartIsAPair()
    {
        using var scope = NewDisposeScope();
        Token first = new(5, 0, 1), second = new(6, 0, 1) { Sequence = 1, Segment = 1 };
        var batch = Collator.Collate([Features.FromText(new([first, second])), Features.FromText(new([first, first, first]))]);
        Assert.Equal([0, 1, 0, 0, 0, 0], batch.Segments!.data<long>().ToArray());
    }

    [Fact]
    public void FramesArePaddedWithZeros()
    {
        using var scope = NewDisposeScope();
        var batch = Collator.Collate([Features.FromFrames([1, 2], 2), Features.FromFrames([3, 4, 5, 6], 2)]);
        Assert.Equal([2, 2, 2], batch.Source.shape);
        Assert.Equal([1f, 2, 0, 0, 3, 4, 5, 6], batch.Source.data<float>().ToArray());
        Assert.Equal([true, false, true, true], batch.Mask.data<bool>().ToArray());
    }

    [Fact]
    public void WhatIsTooLongIsCutButKeepsItsEnd()
    {
        using var scope = NewDisposeScope();
        var batch = Collator.Collate([Features.FromTokens([2, 3, 4, 5, 6, 1]), Features.FromTokens([2, 3, 4, 5, 6])]);
        Assert.Equal([2, 3, 4, 1, 2, 3, 4, 5], batch.Source.data<long>().ToArray());
        var (labels, _) = Collator.Collate([Target.FromLabels(4, 5, 6, 1), Target.FromLabels(1, 0, 0, 1), Target.FromLabels(7)]);
        // The second one ends with a class that happens to be the end's id.
        Assert.Equal([4, 5, 1, 1, 0, 0, 7, Target.Ignored, Target.Ignored], labels.data<long>().ToArray());
    }

    [Fact]
    public void LongFramesAreCut()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([0f, 1, 2, 3], Collator.Collate([Features.FromFrames([0, 1, 2, 3, 4, 5], 1)]).Source.data<float>().ToArray());
    }

    [Fact]
    public void NumbersArePaddedWithNaN()
    {
        using var scope = NewDisposeScope();
        var (labels, values) = Collator.Collate([Target.FromValues(1.5f), Target.FromValues(2, 3)]);
        Assert.Equal([2, 0], labels.shape);
        Assert.Equal([1.5f, float.NaN, 2, 3], values.data<float>().ToArray());
    }

    [Fact]
    public void ABatchThatIsAnsweredHasNoTargets()
    {
        using var scope = NewDisposeScope();
        var (labels, values) = Collator.NoTargets(3);
        Assert.Equal((ScalarType.Int64, ScalarType.Float32), (labels.dtype, values.dtype));
        Assert.Equal([3, 0], labels.shape);
        Assert.Equal([3, 0], values.shape);
    }

    [Fact]
    public void PartsThatCannotStandTogetherAreNamed()
    {
        Assert.StartsWith("A batch must hold at least one part, but holds none.", Message([]));
        Assert.StartsWith("A part must be encoded as at least one token or frame, but part 1 of the batch is empty.", Message([Features.FromTokens([1]), Features.FromTokens([])]));
        Assert.StartsWith(
            "The parts of a batch must be alike, but part 0 is tokens and part 1 is frames of 2 values.", Message([Features.FromTokens([1]), Features.FromFrames([1, 2], 2)]));

        static string Message(IReadOnlyList<Features> parts) => Assert.Throws<ArgumentException>(() => Collator.Collate(parts)).Message;
    }
}
