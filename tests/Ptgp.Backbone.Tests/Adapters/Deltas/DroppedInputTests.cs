using Ptgp.Backbone.Native;
using Ptgp.Backbone.Tests.Native;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

/// <summary>What low-rank deltas drop of what they read, against products written out. Dropout draws of one stream, so these tests run alone.</summary>
[Collection(AloneCollection.Name)]
public sealed class DroppedInputTests : IDisposable
{
    private const double Share = 0.25;

    private readonly TorchSharp.DisposeScope scope = NewDisposeScope();
    private readonly Tensor x, weight, bias, y;

    public DroppedInputTests()
    {
        using var generator = new Generator(1);
        (x, weight, bias) = (randn([5, 4, 6], generator: generator), randn([3, 6], generator: generator), randn([3], generator: generator));
        y = nn.functional.linear(x, weight, bias);
    }

    public static TheoryData<bool> Kinds => [false, true];

    public void Dispose() => scope.Dispose();

    [Theory, MemberData(nameof(Kinds))]
    public void NothingIsDroppedInAnsweringNorWithoutAShare(bool isDecomposed)
    {
        using var delta = Fresh(isDecomposed, Share);
        using var plain = Fresh(isDecomposed, 0);
        Assert.True(Changed(plain).Equals(Changed(delta)));
        delta.train();
        Assert.False(Changed(plain).Equals(Changed(delta)));
        plain.train();
        delta.eval();
        Assert.True(Changed(plain).Equals(Changed(delta)));
        Assert.False(plain.Draws);
    }

    // The mask is what dropout leaves of ones, from the same place of the stream.
    [Theory, MemberData(nameof(Kinds))]
    public void ValuesAndGradientsAreThoseOfTheProductsWrittenOut(bool isDecomposed)
    {
        using var delta = Fresh(isDecomposed, Share);
        delta.train();
        manual_seed(7);
        var mask = Ops.Dropout(ones_like(x), Share);
        Assert.All(mask.data<float>(), value => Assert.True(value is 0 or (> 1.33f and < 1.34f)));
        var parameters = delta.parameters().ToArray();

        var (expected, wanted) = Learned(read =>
        {
            var kept = read * mask;
            var product = kept.matmul(delta.A.t()).matmul(delta.B.t()) * tensor(0.7f);
            if (delta is not DecomposedDelta decomposed)
            {
                return y + product;
            }

            var (frozen, norm) = (kept.matmul(weight.t()), (weight + (delta.B.mm(delta.A) * tensor(0.7f))).detach().pow(tensor(2f)).sum(1).sqrt());
            return y - frozen + ((frozen + product) * (decomposed.Magnitudes / norm));
        });
        var (made, gradients) = Learned(read =>
        {
            manual_seed(7);
            return delta.ChangeOutput(y, read, weight, bias);
        });
        Assert.True(expected.allclose(made, 1e-5, 1e-5));
        Assert.All(wanted.Zip(gradients), pair => Assert.True(pair.First.allclose(pair.Second, 1e-4, 1e-5) && pair.First.abs().max().item<float>() > 0.1));

        (Tensor Made, Tensor[] Gradients) Learned(Func<Tensor, Tensor> change)
        {
            var read = x.clone().requires_grad_();
            var changed = change(read);
            var slopes = Ops.Range(0, changed.numel(), CPU).to_type(float32).reshape(changed.shape).sin();
            return (changed.detach(), [.. autograd.grad([changed], [read, .. parameters], [slopes])]);
        }
    }

    // 20 000 rows: the mean of what is made of them is that of the whole input to about a hundredth.
    [Theory, MemberData(nameof(Kinds))]
    public void WhatIsLeftMakesUpForWhatIsDropped(bool isDecomposed)
    {
        using var delta = Fresh(isDecomposed, Share);
        using var quiet = no_grad();
        var rows = x[0, 0].expand(20_000, 6);
        var whole = delta.ChangeOutput(nn.functional.linear(rows, weight, bias), rows, weight, bias)[0];
        delta.train();
        manual_seed(3);
        var mean = delta.ChangeOutput(nn.functional.linear(rows, weight, bias), rows, weight, bias).mean([0]);
        Assert.InRange((mean - whole).abs().max().item<float>(), 0, 0.05);
    }

    private Tensor Changed(LowRankDelta delta) => delta.ChangeOutput(y, x, weight, bias);

    private static LowRankDelta Fresh(bool isDecomposed, double dropout)
    {
        using var generator = new Generator(3);
        var (a, b) = (randn([2, 6], generator: generator), randn([3, 2], generator: generator));
        return isDecomposed ? new DecomposedDelta(a, b, 0.7, rand([3], generator: generator), dropout: dropout) : new LowRankDelta(a, b, 0.7, dropout: dropout);
    }
}
