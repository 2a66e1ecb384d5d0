using Ptgp.Host.Configuration;
using Ptgp.Host.Tasks;
using static TorchSharp.torch;

namespace Ptgp.Host.Tests.Tasks;

public class ComputeDeviceTests
{
    [Fact]
    public void AutoFallsBackToTheCpuAndSaysWhy()
    {
        Assert.SkipWhen(cuda.is_available(), "there is CUDA here");
        var device = ComputeDevice.Choose(new() { Checkpoint = "any", Threads = 1 });
        Assert.Equal((TorchSharp.DeviceType.CPU, float32), (device.Device.type, device.Dtype));
        Assert.Equal("base: cpu, float32, 1 thread (no CUDA: this is a CPU build; build with -p:PtgpDevice=cuda)", device.Describe("base"));
    }

    [Theory, InlineData("cuda"), InlineData("cuda:1")]
    public void CudaThatIsAskedForAndAbsentIsAnErrorNotAFallBack(string name)
    {
        Assert.SkipWhen(cuda.is_available(), "there is CUDA here");
        var fault = Assert.Throws<ConfigurationException>(() => ComputeDevice.Choose(new() { Checkpoint = "any", Device = name }));
        Assert.Equal($"The configuration asks for device '{name}', but this is a CPU build; build with -p:PtgpDevice=cuda, or set it to 'auto' or 'cpu'.", fault.Message);
    }

    [Fact]
    public void Float16IsRefusedOnTheCpu()
    {
        var fault = Assert.Throws<ConfigurationException>(() => ComputeDevice.Choose(new() { Checkpoint = "any", Device = "cpu", Dtype = DtypeChoice.Float16 }));
        Assert.Equal("dtype 'float16' needs CUDA. On the CPU use float32 or bfloat16.", fault.Message);
    }
}
