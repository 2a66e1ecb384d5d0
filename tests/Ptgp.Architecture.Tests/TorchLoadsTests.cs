namespace Ptgp.Architecture.Tests;

public class TorchLoadsTests
{
    [Fact]
    public void LibtorchLoadsAndAdds() => Assert.Equal(2f, TorchSharp.torch.ones(2).sum().item<float>());
}
