using Ptgp.Backbone.Native;
using Ptgp.Backbone.Tests.Model.Segments;
using Ptgp.Backbone.Tests.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Model;

/// <summary>Layers that are computed anew have the gradients of layers whose values were kept, whatever was dropped and rounded. Dropout draws of one stream, so these tests run alone.</summary>
[Collection(AloneCollection.Name)]
public sealed class RecomputationTests : IDisposable
{
    // What is used by several layers or passes may be added up in another order.
    private const double Rounding = 1e-6;

    private readonly DisposeScope scope = NewDisposeScope();

    public RecomputationTests() => set_num_threads(1);

    public static TheoryData<string> Fixtures => ["t5-v1_0", "t5-v1_1", "bart", "marian", "mbart", "gpt2", "llama", "mistral", "bert", "distilbert", "whisper"];

    public static TheoryData<string, string> Adapted => new MatrixTheoryData<string, string>(["t5-v1_1", "bart", "gpt2", "llama", "bert"], ["lora", "dora", "ia3", "prefix", "prompt", "houlsby"]);

    public void Dispose() => scope.Dispose();

    [Theory, MemberData(nameof(Fixtures))]
    public void GradientsAreThoseOfKeptLayers(string fixture)
    {
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", fixture)).LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        transformer.Dropout = 0.3;
        var kept = Gradients(transformer, seed: 5);
        AssertSame(kept, Gradients(Recomputing(transformer), seed: 5));
        // What is dropped matters.
        Assert.Contains(kept.Zip(Gradients(transformer, seed: 6)), pair => Difference(pair.First, pair.Second) > 1e-3 * Size(pair.First));
    }

    [Theory, InlineData("t5-v1_1"), InlineData("gpt2"), InlineData("bert")]
    public void OnAGpuTooWhatWasDroppedIsDroppedAgain(string fixture)
    {
        Assert.SkipUnless(cuda.is_available(), "There is no GPU.");
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", fixture)).LoadTransformer(CUDA, ScalarType.Float32, trainable: true);
        transformer.Dropout = 0.3;
        AssertSame(Gradients(transformer, seed: 5), Gradients(Recomputing(transformer), seed: 5), Rounding);
    }

    [Theory, MemberData(nameof(Adapted))]
    public void GradientsOfAdaptersOnAFrozenBackboneAreThoseOfKeptLayers(string fixture, string kind)
    {
        var checkpoint = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        using var transformer = checkpoint.LoadTransformer(CPU, ScalarType.Float32);
        transformer.Dropout = 0.2;
        using var adapter = Make(new(checkpoint, transformer), transformer, kind);
        Liven(adapter);
        var kept = Gradients(transformer, seed: 5, adapter);
        AssertSame(kept, Gradients(Recomputing(transformer), seed: 5, adapter));
        Assert.All(kept, gradient => Assert.True(Size(gradient) > 0));
    }

    [Theory, InlineData("bert", false), InlineData("gpt2", false), InlineData("t5-v1_1", true)]
    public void WhatDeltasAloneDropIsDroppedAgain(string fixture, bool isDecomposed)
    {
        var checkpoint = CheckpointFolder.Open(Repository.Fixture("models", fixture));
        using var transformer = checkpoint.LoadTransformer(CPU, ScalarType.Float32);
        transformer.Dropout = 0;
        using var adapter = new AdapterFolder(checkpoint, transformer).Draw(
            AdapterTargets.Find(transformer.NamedParameters.Keys, ["q", "k", "v", "up"]), 2, 4, seed: 1, isDecomposed: isDecomposed, dropout: 0.3);
        Liven(adapter);
        var kept = Gradients(transformer, seed: 5, adapter);
        AssertSame(kept, Gradients(Recomputing(transformer), seed: 5, adapter));
        Assert.Contains(kept.Zip(Gradients(transformer, seed: 6, adapter)), pair => Difference(pair.First, pair.Second) > 1e-3 * Size(pair.First));
    }

    [Theory, InlineData("t5-v1_1"), InlineData("bart"), InlineData("gpt2")]
    public void WhatWasRoundedIsRoundedAgain(string fixture)
    {
        Assert.SkipUnless(Autocast.IsAvailable, "This libtorch does not round.");
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", fixture)).LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        transformer.Dropout = 0.1;
        var kept = Gradients(transformer, seed: 5, rounds: true);
        AssertSame(kept, Gradients(Recomputing(transformer), seed: 5, rounds: true));
        Assert.Null(Autocast.Active);
        transformer.Recomputes = false;
        Assert.Contains(kept.Zip(Gradients(transformer, seed: 5)), pair => Difference(pair.First, pair.Second) > 1e-3 * Size(pair.First));
    }

    [Theory, MemberData(nameof(TinyXl.Names), MemberType = typeof(TinyXl))]
    public void SoItIsWhereSegmentsAreRemembered(string shape)
    {
        using var transformer = TinyXl.Make(shape);
        transformer.Dropout = 0.2;
        var kept = Gradients(transformer, seed: 5);
        AssertSame(kept, Gradients(Recomputing(transformer), seed: 5), Rounding);
    }

    // As a plugin's head may do: what was read is written to twice, and looked at by itself.
    [Fact]
    public void WhatIsUsedSeveralTimesHasAllItsGradients()
    {
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", "t5-v1_1")).LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        transformer.Dropout = 0.1;
        var kept = Learn(transformer);
        AssertSame(kept, Learn(Recomputing(transformer)), Rounding);

        static Tensor[] Learn(Transformer transformer) => GradientsOf(transformer, null, seed: 3, () =>
        {
            using var inner = NewDisposeScope();
            var (batch, labels) = Data(transformer);
            var source = transformer.Encode(transformer.Embed(batch));
            var (first, second) = (transformer.Decode(source, labels), transformer.Decode(source, labels.flip(1)));
            return Ops.Add(Ops.Add(Weighed(first), Weighed(second)), Weighed(source.States)).MoveToOuterDisposeScope();
        });
    }

    [Fact]
    public void WhatLearnsNothingIsNotComputedAnew()
    {
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", "bert")).LoadTransformer(CPU, ScalarType.Float32);
        var (batch, _) = Data(transformer);
        Assert.False(Recomputing(transformer).Encode(transformer.Embed(batch)).States.requires_grad);
    }

    [Fact]
    public void NothingStaysBehind()
    {
        using var transformer = CheckpointFolder.Open(Repository.Fixture("models", "bart")).LoadTransformer(CPU, ScalarType.Float32, trainable: true);
        transformer.Dropout = 0.1;
        Recomputing(transformer);
        Step();
        var (tensors, alive) = (DisposeScopeManager.Statistics.ThreadTotalLiveCount, Tensor.TotalCount);
        for (var i = 0; i < 10; i++)
        {
            Step();
        }

        Assert.Equal(tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        // What tests before this one have left may be finalized meanwhile.
        Assert.InRange(Tensor.TotalCount, 0, alive);

        void Step()
        {
            using var inner = NewDisposeScope();
            Gradients(transformer, seed: 1);
            transformer.zero_grad();
        }
    }

    [Fact]
    public void WhatGoesWrongWhenALayerIsComputedAnewIsSaid()
    {
        var calls = 0;
        var x = ones([2], requires_grad: true);
        var y = Recomputation.Of(inputs => ++calls == 1 ? inputs[0]! * inputs[0]! : throw new InvalidDataException("There is no memory."), draws: false, x);
        var fault = Assert.Throws<InvalidOperationException>(() => Ops.Backward(y.sum()));
        Assert.Equal("A layer must be computed anew for its gradients, but was not: There is no memory.", fault.Message);
        Assert.Null(x.grad);
        var again = Recomputation.Of(inputs => inputs[0]! * inputs[0]!, draws: false, x);
        Ops.Backward(again.sum());
        Assert.Equal([2f, 2f], x.grad!.data<float>());
    }

    private static Transformer Recomputing(Transformer transformer)
    {
        transformer.Recomputes = true;
        return transformer;
    }

    // Fresh adapters change nothing, and some of their gradients are 0.
    private static void Liven(Adapter adapter)
    {
        using var quiet = no_grad();
        foreach (var (_, weight) in adapter.Weights)
        {
            Ops.AddTo(weight, randn(weight.shape).mul(tensor(0.05f)));
        }
    }

    private static Adapter Make(AdapterFolder adapters, Transformer transformer, string kind) => kind switch
    {
        "lora" => adapters.Draw(AdapterTargets.Find(transformer.NamedParameters.Keys, ["q", "k", "v", "up"]), 2, 4, seed: 1),
        "dora" => adapters.Draw(AdapterTargets.Find(transformer.NamedParameters.Keys, ["q", "v"]), 2, 4, seed: 1, isDecomposed: true),
        "ia3" => adapters.MakeFactors(),
        "prefix" => adapters.DrawPrefix(3, seed: 1),
        "prompt" => adapters.DrawPrompt(3, seed: 1),
        _ => new(transformer, BottleneckPlacement.Houlsby, 4, seed: 1),
    };

    private static (Batch Batch, Tensor Labels) Data(Transformer transformer)
    {
        using var seeded = new Generator(3);
        var config = transformer.Config;
        var source = config.FrameWidth > 0
            ? randn([2, 24, config.FrameWidth], generator: seeded)
            : randint(5, config.Vocabulary, [2, 18], dtype: ScalarType.Int64, generator: seeded);                  // more queries than attention computes by itself
        var mask = arange(source.size(1)).lt(tensor(new[] { source.size(1), 11L }).unsqueeze(1));
        var labels = randint(5, config.TargetVocabulary ?? config.Vocabulary, [2, 7], dtype: ScalarType.Int64, generator: seeded);
        return (new() { Source = source.to(transformer.Device), Mask = mask.to(transformer.Device) }, labels.to(transformer.Device));
    }

    private static Tensor[] Gradients(Transformer transformer, int seed, Adapter? adapter = null, bool rounds = false) => GradientsOf(transformer, adapter, seed, () =>
    {
        var (batch, labels) = Data(transformer);
        using var rounding = rounds ? Autocast.Begin(DeviceType.CPU) : null;
        var source = transformer.Encode(transformer.Embed(batch, adapter), adapter);
        return Weighed(transformer.Config is { Encoder: not null, Decoder: null } ? source.States : transformer.Decode(source, labels, adapter));
    });

    private static Tensor[] GradientsOf(Transformer transformer, Adapter? adapter, int seed, Func<Tensor> loss)
    {
        transformer.train();
        adapter?.train();
        manual_seed(seed);
        var parameters = adapter is null ? transformer.NamedParameters.Values : adapter.Weights.Select(weight => weight.Value);
        foreach (var parameter in parameters)
        {
            parameter.grad = null;
        }

        // Twice, as where batches are accumulated: what is computed anew must leave the stream of what is drawn where it was.
        Ops.Backward(loss());
        Ops.Backward(loss());
        return [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>().Select(gradient => gradient.clone())];
    }

    private static Tensor Weighed(Tensor states) => states.to_type(ScalarType.Float32).mul(arange(states.NumberOfElements, dtype: ScalarType.Float32, device: states.device).cos().view(states.shape)).sum();

    private static void AssertSame(Tensor[] kept, Tensor[] again, double tolerance = 0)
    {
        Assert.Equal(kept.Length, again.Length);
        Assert.All(kept.Zip(again), pair => Assert.InRange(Difference(pair.First, pair.Second), 0, tolerance * Size(pair.First)));
    }

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    private static double Size(Tensor a) => a.abs().max().item<float>();
}
