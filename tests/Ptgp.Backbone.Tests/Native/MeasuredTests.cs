using System.Diagnostics;
using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

[Collection(AloneCollection.Name)]
public sealed class MeasuredTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public MeasuredTests() => set_num_threads(1);

    public void Dispose() => scope.Dispose();

    [Fact]
    public void ThousandsOfCallsLeaveNothingBehind()
    {
        var (x, weight, q) = (Random(64, 256), Random(256), Random(1, 4, 64, 64));
        Run(200);
        var before = Environment.WorkingSet;
        Run(4000); // 4 000 times 64 kB would be 260 MB
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 60_000_000);

        void Run(int times)
        {
            using var gradientless = no_grad();
            for (var i = 0; i < times; i++)
            {
                using var step = NewDisposeScope();
                Ops.RmsNorm(x, weight, 1e-6);
                RootMeanSquare.Differentiable(x, weight, 1e-6);
                Ops.Attention(q, q, q, null, 0.1, false, 0);
            }
        }
    }

    [Fact]
    public void ThousandsOfLayersAndCallsLeaveNothingBehind()
    {
        using var gradientless = no_grad();
        var (weight, x) = (Random(256, 256), Random(64, 256));
        Run(20);
        var before = Environment.WorkingSet;
        Run(400); // 400 packed copies would be 105 MB, 4 000 results 262 MB
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 60_000_000);

        void Run(int layers)
        {
            for (var i = 0; i < layers; i++)
            {
                using var inner = NewDisposeScope();
                using var layer = PackedLinear.Create(weight, null);
                for (var call = 0; call < 10; call++)
                {
                    layer.Forward(x);
                    layer.Compute(LinearKernel.Near, x.unsqueeze(0), relu: true);
                }
            }
        }
    }

    private static Tensor Random(params long[] shape) => randn(shape);
}
