using System.Runtime.Intrinsics;
using CsCheck;
using Ptgp.Backbone.Native;

namespace Ptgp.Backbone.Tests.Native;

public class ExponentialTests
{
    [Fact]
    public void ItIsWithinTwoUnitsOfTheLastPlace() => Gen.Float[-87, 88].Sample(
        x =>
        {
            var (actual, expected) = (Of(x), (float)Math.Exp(x));
            Assert.InRange(Math.Abs(BitConverter.SingleToInt32Bits(actual) - BitConverter.SingleToInt32Bits(expected)), 0, 2);
        },
        iter: 20_000);

    [Fact]
    public void WhatIsTooSmallIsNothingAndWhatIsNoNumberStaysNone()
    {
        Assert.Equal(0, Of(float.NegativeInfinity));
        Assert.Equal(0, Of(-1000));
        Assert.Equal(1, Of(0));
        Assert.Equal(float.NaN, Of(float.NaN));
    }

    private static float Of(float x) => Exponential.Of(Vector256.Create(x))[3];
}
