namespace Ptgp.Host.Hub;

/// <summary>What came back for a request; whoever got it disposes it.</summary>
/// <param name="Response">The answer, whose body was not read yet.</param>
/// <param name="Uri">Who sent it, after redirects.</param>
/// <param name="Said">What the hub said on the way.</param>
internal sealed record HubAnswer(HttpResponseMessage Response, Uri Uri, HubHeaders Said) : IDisposable
{
    /// <summary>Gets where in the file its first byte belongs.</summary>
    public long From { get; init; }

    /// <summary>Whether a failure is one of the connection, and not that it was called off.</summary>
    public static bool IsCut(Exception failure, CancellationToken cancellation) =>
        failure is HttpRequestException or IOException or System.Net.Sockets.SocketException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested);

    public void Dispose() => Response.Dispose();
}
