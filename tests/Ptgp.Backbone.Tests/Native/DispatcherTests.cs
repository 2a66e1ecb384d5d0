using Ptgp.Backbone.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Native;

public sealed class DispatcherTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void ACallLeavesItsArgumentsToTheCaller()
    {
        var (x, weight) = (ones(2, 3), ones(4, 3).requires_grad_());
        Span<ulong> stack = [Dispatcher.From(x), Dispatcher.From(weight), Dispatcher.None];
        var y = Dispatcher.Call("aten::linear\0"u8, stack);
        y.sum().backward();
        Assert.Equal([2, 4], y.shape);
        Assert.Equal(3f, y[0, 0].item<float>());
        Assert.Equal(2f, weight.grad![0, 0].item<float>());
        Assert.Equal(6f, x.sum().item<float>());
    }

    [Fact]
    public void ARefusedCallIsAnException()
    {
        var fault = Assert.Throws<InvalidOperationException>(() =>
        {
            Span<ulong> stack = [Dispatcher.From(ones(2))];
            Dispatcher.Call("aten::no_such_operator\0"u8, stack);
        });
        Assert.Equal("libtorch refused 'aten::no_such_operator'; it wrote the reason to standard error.", fault.Message);
    }

    [Fact]
    public void ASelfTestFailsOnWrongNumbersAndOnMissingEntryPoints()
    {
        Assert.True(SelfTest.Passes(() => SelfTest.Numbers(2, 3), () => SelfTest.Numbers(2, 3)));
        Assert.False(SelfTest.Passes(() => SelfTest.Numbers(2, 3), () => SelfTest.Numbers(2, 3).neg()));
        Assert.False(SelfTest.Passes(() => throw new EntryPointNotFoundException(), () => SelfTest.Numbers(2, 3)));
        Assert.False(SelfTest.Passes(() => throw new DllNotFoundException(), () => SelfTest.Numbers(2, 3)));
    }
}
