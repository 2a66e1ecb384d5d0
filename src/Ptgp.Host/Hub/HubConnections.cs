using System.Net;
using System.Net.Sockets;

namespace Ptgp.Host.Hub;

/// <summary>
/// Opens connections to the hub and to where it sends us, and to nothing that lies inside a private network unless the hub lies in one itself:
/// no answer of a server makes this machine ask its neighbours. Names are resolved once, and it is the resolved address that is connected to.
/// </summary>
internal static class HubConnections
{
    /// <summary>Makes what sends requests. It follows no redirect by itself.</summary>
    public static SocketsHttpHandler Open(Uri endpoint) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !endpoint.IsLoopback,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        ConnectCallback = async (context, cancellation) =>
        {
            var (host, asked) = (context.DnsEndPoint.Host, context.InitialRequestMessage.RequestUri!.IdnHost);
            // A proxy stands between: it was configured by whoever runs us, and it is the one that resolves names.
            var addresses = host.Trim('[', ']') == asked.Trim('[', ']')
                ? await AddressesAsync(host, endpoint, Dns.GetHostAddressesAsync, cancellation).ConfigureAwait(false)
                : await Dns.GetHostAddressesAsync(host, cancellation).ConfigureAwait(false);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    /// <summary>Finds the addresses of a host that may be connected to.</summary>
    /// <param name="host">A name or an address.</param>
    /// <param name="endpoint">Where the hub is.</param>
    /// <param name="resolve">What finds the addresses of a name.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <exception cref="UserException">All its addresses are private, but the hub's is not.</exception>
    public static async Task<IPAddress[]> AddressesAsync(string host, Uri endpoint, Func<string, CancellationToken, Task<IPAddress[]>> resolve, CancellationToken cancellation)
    {
        host = host.Trim('[', ']');
        var found = await FindAsync(host).ConfigureAwait(false);
        var hub = endpoint.IdnHost.Trim('[', ']');
        if (host == hub || found.All(IsPublic) || !(await FindAsync(hub).ConfigureAwait(false)).All(IsPublic))
        {
            return found;
        }

        return found.Where(IsPublic).ToArray() is { Length: > 0 } open ? open : throw new UserException(
            $"'{endpoint.Authority}' must send us to public addresses, but sends us to '{host}', which is inside a private network. Do not pull from it, or check HF_ENDPOINT.");

        async Task<IPAddress[]> FindAsync(string name) => IPAddress.TryParse(name, out var address) ? [address] : await resolve(name, cancellation).ConfigureAwait(false);
    }

    /// <summary>Whether an address is one of the open internet: not of this machine, a private network, a link, a group or reserved.</summary>
    public static bool IsPublic(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return !(IPAddress.IsLoopback(address) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast);
        }

        return address.GetAddressBytes() switch
        {
            [0 or 10 or 127 or >= 224, ..] => false,
            [100, >= 64 and < 128, ..] => false,
            [169, 254, ..] or [192, 168, ..] or [192, 0, 0, _] => false,
            [172, >= 16 and < 32, ..] => false,
            _ => true,
        };
    }
}
