using CsCheck;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

/// <summary>What is computed here equals what libtorch computes.</summary>
public class NearAttentionTests
{
    [Fact]
    public void ItIsLibtorchsAttention() => Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[1, 9], Gen.Int[1, 40], Gen.Int[1, 6], Gen.Int[0, 4], Gen.Int).Sample((batch, heads, queries, keys, blocks, mask, seed) =>
    {
        set_num_threads(1);
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var width = blocks * 8;

        // As decoding has them: queries split from a longer row, keys and values at the beginning of their room.
        var q = randn([batch, queries, heads, width * 2], generator: generator).narrow(3, width, width).transpose(1, 2);
        var k = randn([batch, heads, keys + 5, width], generator: generator).narrow(2, 0, keys);
        var v = randn([batch, keys, heads, width], generator: generator).transpose(1, 2);
        long[]? shape = mask switch { 0 => null, 1 => [batch, 1, 1, keys], 2 => [batch, 1, queries, keys], 3 => [1, heads, queries, keys], _ => [queries, keys] };
        var added = shape is null ? null : randn(shape, generator: generator).masked_fill(rand(shape, generator: generator).lt(0.4), Transformer.Masked);

        Assert.True(NearAttention.Fits(q, k, v, added));
        var actual = NearAttention.Attend(q, k, v, added, 0.3);
        var expected = ScaledAttention.Attend(q, k, v, added, 0.3, false, 0);
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(actual.allclose(expected, 1e-4, 1e-5), $"{(actual - expected).abs().max().item<float>()}");
        Assert.True(actual.transpose(1, 2).is_contiguous());
    }, iter: 300, threads: 1);

    [Fact]
    public void WhereGradientsAreWantedItIsNotUsed()
    {
        using var scope = NewDisposeScope();
        var q = randn(1, 1, 2, 8, requires_grad: true);
        Assert.False(NearAttention.Fits(q, q, q, null));
        Assert.True(Ops.Attention(q, q, q, null, 1, false, 0).requires_grad);
    }
}
