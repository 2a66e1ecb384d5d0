using Ptgp.Backbone.Generation;
using static TorchSharp.torch;

namespace Ptgp.Backbone.Tests.Generation;

public class DeviceThreadTests
{
    [Fact]
    public async Task FunctionsRunOnOneThreadInOrderWithoutGradients()
    {
        using var device = new DeviceThread("test");
        List<int> order = [];
        var threads = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => device.RunAsync(() =>
        {
            order.Add(i);
            return (Environment.CurrentManagedThreadId, is_inference_mode_enabled());
        })));
        Assert.Single(threads.Distinct());
        Assert.True(threads[0].Item2);
        Assert.Equal(Enumerable.Range(0, 50), order);
    }

    [Fact]
    public async Task TensorsGoWhenTheFunctionEnds()
    {
        using var device = new DeviceThread("test");
        var left = await device.RunAsync(() => zeros(3));
        Assert.True(left.IsInvalid);
    }

    [Fact]
    public async Task WhatAFunctionThrowsComesToWhoeverAwaitsIt()
    {
        using var device = new DeviceThread("test");
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => device.RunAsync<int>(() => throw new TimeZoneNotFoundException()));
        Assert.Equal(3, await device.RunAsync(() => 3));
    }

    [Fact]
    public async Task WhatWaitsWhenTheThreadEndsIsRefused()
    {
        var device = new DeviceThread("test");
        using var entered = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var running = device.RunAsync(() =>
        {
            entered.Set();
            release.Wait();
            return 1;
        });
        entered.Wait(TestContext.Current.CancellationToken);
        var waiting = device.RunAsync(() => 2);
        var disposal = Task.Run(device.Dispose, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TimeoutException>(() => disposal.WaitAsync(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        release.Set();
        await disposal;
        Assert.Equal(1, await running);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => device.RunAsync(() => 3));
    }
}
