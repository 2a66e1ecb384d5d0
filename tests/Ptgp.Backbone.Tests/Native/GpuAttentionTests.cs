using Ptgp.Backbone.Native;

namespace Ptgp.Backbone.Tests.Native;

public class GpuAttentionTests
{
    // Its switch has a name of libtorch's inside, which another version may change.
    [Fact]
    public void CudnnCanBeLeftOutOnLinux() => Assert.Equal(OperatingSystem.IsLinux(), GpuAttention.LeaveOutCudnn());
}
