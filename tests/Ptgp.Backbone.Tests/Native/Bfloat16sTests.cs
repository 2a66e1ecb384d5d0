using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public sealed unsafe class Bfloat16sTests
{
    private static readonly float[] numbers =
    [
        0, -0f, 1, -1, 1 / 3f, MathF.PI, 1e-40f, -3e38f, float.MaxValue, float.Epsilon, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
        BitConverter.UInt32BitsToSingle(0x3F808000), BitConverter.UInt32BitsToSingle(0x3F818000), BitConverter.UInt32BitsToSingle(0x3F808001), BitConverter.UInt32BitsToSingle(0x3F817FFF),
    ];

    [Fact]
    public void NumbersAreRoundedAsLibtorchRoundsThem()
    {
        using var scope = NewDisposeScope();
        var theirs = tensor(numbers).to_type(bfloat16).to_type(float32).data<float>().ToArray();
        var stored = new ushort[numbers.Length];
        var read = new float[numbers.Length];
        fixed (ushort* to = stored)
        fixed (float* wide = read)
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                Bfloat16s.Put(to + i, numbers[i]);
                Assert.Equal(theirs[i], Bfloat16s.Get(to + i));
            }

            Bfloat16s.Widen(to, numbers.Length, wide);
        }

        Assert.Equal(theirs, read);
    }
}
