using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Adapters;

public class AdapterTests
{
    [Fact]
    public void AFreshAdapterChangesNothing()
    {
        using var scope = NewDisposeScope();
        using Adapter adapter = new(new TwoLayers(), ["layers.1.self_attention.q", "layers.0.self_attention.q"], rank: 3, alpha: 6, seed: 1);
        Assert.Equal(["layers.0.self_attention.q", "layers.1.self_attention.q"], adapter.Deltas.Keys);
        foreach (var delta in adapter.Deltas.Values.Cast<LowRankDelta>())
        {
            Assert.Equal([3, 5], delta.A.shape);
            Assert.Equal([4, 3], delta.B.shape);
            Assert.Equal(2, delta.Scale);
            Assert.Equal(0f, delta.B.abs().max().item<float>());
            // Kaiming with a = √5: uniform within 1/√in.
            Assert.InRange(delta.A.abs().max().item<float>(), 0.1f, 1 / MathF.Sqrt(5));
        }

        Assert.Distinct(adapter.Deltas.Values.Cast<LowRankDelta>().Select(delta => delta.A.sum().item<float>()));
    }

    [Fact]
    public void ADeltaIsScaledBTimesA()
    {
        using var scope = NewDisposeScope();
        using Adapter adapter = new(new TwoLayers(), ["layers.0.self_attention.q"], 3, 6, seed: 1);
        var delta = (LowRankDelta)adapter.Deltas["layers.0.self_attention.q"];
        using (no_grad())
        {
            delta.B.normal_();
        }

        var x = rand(2, 7, 5);
        var expected = x.reshape(-1, 5).mm(delta.B.mm(delta.A).t() * 2).view(2, 7, 4);
        Assert.True(delta.Forward(x).allclose(expected, atol: 1e-6));
    }

    [Fact]
    public void ABackboneOf16BitsLearnsDeltasOf32()
    {
        using var scope = NewDisposeScope();
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", "t5-v1_0")).LoadTransformer(CPU, bfloat16);
        using Adapter adapter = new(transformer, AdapterTargets.Find(transformer.NamedParameters.Keys, ["q", "v", "up"]), 2, 4, seed: 1);
        var ids = tensor([5L, 6, 7, 1], [1, 4]);
        var source = transformer.Encode(transformer.Embed(new() { Source = ids, Mask = ones_like(ids, ScalarType.Bool) }), adapter);
        transformer.Project(transformer.Decode(source, ids, adapter)).to(float32).sum().backward();
        // B is 0 at first, so that A has no gradient yet.
        Assert.All(adapter.Deltas.Values.Cast<LowRankDelta>(), delta => Assert.True(delta.B.dtype == float32 && delta.B.grad!.abs().sum().item<float>() > 0));
    }

    [Fact]
    public void TheSeedAloneDecidesWhatIsDrawn()
    {
        using var scope = NewDisposeScope();
        TwoLayers backbone = new();
        using Adapter first = new(backbone, ["layers.0.self_attention.q"], 2, 4, seed: 7);
        manual_seed(99);
        using Adapter same = new(backbone, ["layers.0.self_attention.q"], 2, 4, seed: 7);
        using Adapter other = new(backbone, ["layers.0.self_attention.q"], 2, 4, seed: 8);
        Assert.True(Same(first, same));
        Assert.False(Same(first, other));

        static bool Same(Adapter left, Adapter right) => left.Weights.Zip(right.Weights).All(pair => pair.First.Value.Equals(pair.Second.Value));
    }

    [Fact]
    public void ItsWeightsAreItsParametersByName()
    {
        using Adapter adapter = new(new TwoLayers(), ["layers.0.self_attention.q"], 2, 4, seed: 7);
        Assert.Equal(["layers.0.self_attention.q.A", "layers.0.self_attention.q.B"], adapter.Weights.Select(weight => weight.Key));
        Assert.Equal(adapter.parameters().Select(parameter => parameter.Handle).Order(), adapter.Weights.Select(weight => weight.Value.Handle).Order());
        Assert.All(adapter.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    public void APathThatIsNoProjectionIsNamed()
    {
        var error = Assert.Throws<ArgumentException>(() => new Adapter(new TwoLayers(), ["layers.0.self_attention.query"], 2, 4, 7));
        Assert.StartsWith("An adapter's path must be a projection of the backbone, but 'layers.0.self_attention.query' is not.", error.Message);
    }

    private sealed class TwoLayers : nn.Module
    {
        public TwoLayers() : base(nameof(TwoLayers))
        {
            for (var layer = 0; layer < 2; layer++)
            {
                register_parameter($"layers.{layer}.self_attention.q.weight", new Parameter(ones(4, 5)));
            }
        }
    }
}
