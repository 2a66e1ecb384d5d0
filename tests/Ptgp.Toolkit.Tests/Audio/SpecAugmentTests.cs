using CsCheck;
using Ptgp.Toolkit.Audio;

namespace Ptgp.Toolkit.Tests.Audio;

public class SpecAugmentTests
{
    private const int Bands = 20, Frames = 100;

    [Fact]
    public void EqualSeedsAndPlacesHideTheSame()
    {
        var augment = new SpecAugment { MaskFeatureProb = 0.2, MaskFeatureLength = 3 };
        Assert.Equal(Hide(augment, 7, 3), Hide(augment, 7, 3));
        var all = Enumerable.Range(0, 30).SelectMany(i => new[] { Hide(augment, 7, i), Hide(augment, 8 + i, 3) }).Select(values => string.Join("", values.Select(value => value == 0 ? 0 : 1))).ToList();
        Assert.True(all.Distinct().Count() > 55);
    }

    [Fact]
    public void StretchesOfTimeAreHiddenInTheSoundOnly() => Gen.Select(Gen.Double[0.01, 1], Gen.Int[1, 20], Gen.Int[0, 4], Gen.Int[0, Frames], Gen.Int).Sample((share, size, least, length, seed) =>
    {
        var values = Hide(new() { MaskTimeProb = share, MaskTimeLength = size, MaskTimeMinMasks = least }, seed, 0, length);
        var hidden = Enumerable.Range(0, Frames).Where(frame => values.AsSpan(frame * Bands, Bands).Contains(0)).ToList();
        Assert.All(hidden, frame => Assert.False(values.AsSpan(frame * Bands, Bands).ContainsAnyExcept(0)));
        Assert.All(hidden, frame => Assert.InRange(frame, 0, length - 1));
        var most = Math.Min(length / size, Math.Max(least, (int)((share * length / size) + 1)));
        Assert.InRange(hidden.Count, most > 0 && share * length / size >= 1 ? size : 0, most * size);
    });

    [Fact]
    public void GroupsOfBandsAreHiddenThroughout()
    {
        var values = Hide(new() { MaskTimeProb = 0, MaskFeatureProb = 0.3, MaskFeatureLength = 3, MaskFeatureMinMasks = 1 }, 1, 1, 80);
        var hidden = Enumerable.Range(0, Bands).Where(band => values[band] == 0).ToList();
        Assert.InRange(hidden.Count, 3, 9);
        Assert.All(Enumerable.Range(0, Frames * Bands), i => Assert.Equal(i / Bands < 80 && hidden.Contains(i % Bands), values[i] == 0));
    }

    [Fact]
    public void AboutTheShareAskedForIsHidden()
    {
        var augment = new SpecAugment { MaskTimeProb = 0.3, MaskTimeLength = 2, MaskTimeMinMasks = 0 };
        var share = Enumerable.Range(0, 300).Average(i => Hide(augment, 5, i).Count(value => value == 0) / (double)(Frames * Bands));
        Assert.InRange(share, 0.24, 0.3);                         // some stretches overlap
    }

    private static float[] Hide(SpecAugment augment, int seed, long place, int length = Frames)
    {
        var values = Enumerable.Repeat(1f, Frames * Bands).ToArray();
        augment.Apply(values, Bands, length, SpecAugment.Chance(seed, place));
        return values;
    }
}
