using System.Net;
using Ptgp.Host.Hub;

namespace Ptgp.Host.Tests.Hub;

public sealed class HubConnectionsTests
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    public void PublicAddressesAreToldFromOthers(string address, bool isPublic) => Assert.Equal(isPublic, HubConnections.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("cdn.test", "https://hub.test", "1.1.1.1")]                 // public to public
    [InlineData("inside.test", "https://hub.inside.test", "10.0.0.2")]      // private to private
    [InlineData("hub.inside.test", "https://hub.inside.test", "10.0.0.1")]  // whoever configures a hub means it
    [InlineData("both.test", "https://hub.test", "1.1.1.3")]                // of several addresses the public ones
    [InlineData("127.0.0.1", "http://127.0.0.1:5000", "127.0.0.1")]
    [InlineData("[::1]", "http://localhost.test", "::1")]
    public async Task AHostIsConnectedToWhereItMayBe(string host, string endpoint, string address) =>
        Assert.Equal([IPAddress.Parse(address)], await HubConnections.AddressesAsync(host, new(endpoint), ResolveAsync, TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("inside.test")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("169.254.169.254")]
    public async Task APublicHubSendsNobodyIntoAPrivateNetwork(string host)
    {
        var fault = await Assert.ThrowsAsync<UserException>(() => HubConnections.AddressesAsync(host, new("https://hub.test"), ResolveAsync, TestContext.Current.CancellationToken));
        Assert.StartsWith("'hub.test' must send us to public addresses, but sends us to '", fault.Message, StringComparison.Ordinal);
    }

    private static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) => Task.FromResult<IPAddress[]>(host switch
    {
        "hub.test" => [IPAddress.Parse("1.1.1.2")],
        "cdn.test" => [IPAddress.Parse("1.1.1.1")],
        "hub.inside.test" => [IPAddress.Parse("10.0.0.1")],
        "inside.test" => [IPAddress.Parse("10.0.0.2")],
        "both.test" => [IPAddress.Parse("10.0.0.3"), IPAddress.Parse("1.1.1.3")],
        "localhost.test" => [IPAddress.Loopback],
        _ => [],
    });
}
