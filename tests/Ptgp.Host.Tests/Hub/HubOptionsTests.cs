using Ptgp.Host.Hub;

namespace Ptgp.Host.Tests.Hub;

public sealed class HubOptionsTests
{
    [Fact]
    public void TheEnvironmentIsRead()
    {
        Assert.Equal((new Uri("https://huggingface.co"), null, false), Read());
        Assert.Equal((new Uri("https://mirror.test/hub"), "hf_x", true), Read(("HF_ENDPOINT", "https://mirror.test/hub/"), ("HF_TOKEN", " hf_x\n"), ("HF_HUB_OFFLINE", "true")));
        Assert.False(Read(("HF_HUB_OFFLINE", "0")).IsOffline);
    }

    [Theory]
    [InlineData("mirror.test")]
    [InlineData("file:///srv")]
    [InlineData("https://user@mirror.test")]
    [InlineData("https://mirror.test?x=1")]
    public void AnEndpointIsAnAddressOfTheWeb(string endpoint) =>
        Assert.StartsWith("HF_ENDPOINT must be an address", Assert.Throws<UserException>(() => Read(("HF_ENDPOINT", endpoint))).Message, StringComparison.Ordinal);

    [Fact]
    public void ATokenIsNeitherSentInTheClearNorShown()
    {
        Assert.StartsWith("HF_ENDPOINT must be https", Assert.Throws<UserException>(() => Read(("HF_ENDPOINT", "http://mirror.test"), ("HF_TOKEN", "hf_secret"))).Message, StringComparison.Ordinal);
        var odd = Assert.Throws<UserException>(() => Read(("HF_TOKEN", "hf_secret\nX-Other: 1"))).Message;
        Assert.DoesNotContain("secret", odd, StringComparison.Ordinal);
        Assert.Equal("hf_x", Read(("HF_ENDPOINT", "http://127.0.0.1:80"), ("HF_TOKEN", "hf_x")).Token);
    }

    private static (Uri Endpoint, string? Token, bool IsOffline) Read(params (string Name, string Value)[] variables)
    {
        var options = HubOptions.FromEnvironment(variables.ToDictionary(pair => pair.Name, pair => pair.Value));
        return (options.Endpoint, options.Token, options.IsOffline);
    }
}
