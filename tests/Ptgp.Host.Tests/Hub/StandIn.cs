using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ptgp.Host.Tests.Hub;

/// <summary>A server on this machine that answers each request as a test says, and can break off in the middle of an answer.</summary>
internal sealed class StandIn : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<Request, Answer> reply;
    private readonly ConcurrentQueue<Request> asked = [];

    public StandIn(Func<Request, Answer> reply)
    {
        this.reply = reply;
        listener.Start();
        Address = new($"http://{listener.LocalEndpoint}");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Gets what was asked, in order.</summary>
    public IReadOnlyList<Request> Asked => [.. asked];

    public void Forget() => asked.Clear();

    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptSocketAsync();
            }
            catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var connection = client;
        try
        {
            using var stream = new NetworkStream(client);
            using var lines = new StreamReader(stream, Encoding.ASCII);
            var first = (await lines.ReadLineAsync() ?? "").Split(' ');
            if (first.Length != 3)
            {
                return;
            }

            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            for (string? line; (line = await lines.ReadLineAsync()) is { Length: > 0 };)
            {
                headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
            }

            var request = new Request(first[0], first[1], headers);
            asked.Enqueue(request);
            var answer = reply(request);
            var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} As-Said\r\nConnection: close\r\n");
            foreach (var (name, value) in answer.Headers)
            {
                head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            }

            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {answer.Length ?? answer.Body.Length}\r\n\r\n");
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()));
            if (request.Method != "HEAD")
            {
                await stream.WriteAsync(answer.Body.AsMemory(0, Math.Min(answer.CutAfter, answer.Body.Length)));
            }

            client.Shutdown(SocketShutdown.Send);
        }
        catch (IOException)
        {
            // Whoever asked no longer listens.
        }
    }

    /// <summary>What was asked.</summary>
    internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
    {
        public string? this[string header] => Headers.GetValueOrDefault(header);

        /// <summary>Gets the first byte that is asked for and the one after the last; null where the whole is.</summary>
        public (int From, int To)? Range
        {
            get
            {
                var ends = this["Range"]?["bytes=".Length..].Split('-');
                return ends is null ? null : (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[1], CultureInfo.InvariantCulture) + 1);
            }
        }
    }

    /// <summary>What is answered.</summary>
    internal sealed record Answer(int Status, byte[] Body)
    {
        public Answer(int status, string body = "") : this(status, Encoding.UTF8.GetBytes(body))
        {
        }

        public Dictionary<string, string> Headers { get; init; } = [];

        /// <summary>Gets how many bytes of the body are sent before the connection is cut.</summary>
        public int CutAfter { get; init; } = int.MaxValue;

        /// <summary>Gets the length that is announced where it is not that of the body.</summary>
        public long? Length { get; init; }

        public Answer With(string header, string value) => this with { Headers = new(Headers) { [header] = value } };
    }
}
