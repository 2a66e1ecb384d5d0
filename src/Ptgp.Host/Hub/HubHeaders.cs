using System.Globalization;
using System.Net;

namespace Ptgp.Host.Hub;

/// <summary>What the hub says of a file in the headers of its answers; null for what it does not say.</summary>
internal sealed record HubHeaders
{
    /// <summary>Gets the commit that the file is of.</summary>
    public string? Commit { get; init; }

    /// <summary>Gets the hash of its content.</summary>
    public ContentHash? Hash { get; init; }

    /// <summary>Gets its size in bytes.</summary>
    public long? Size { get; init; }

    /// <summary>Adds what a further answer of the hub says; what was said of the linked file before stands against it.</summary>
    public HubHeaders With(HttpResponseMessage response)
    {
        var isFile = response.StatusCode is HttpStatusCode.OK;
        var size = long.TryParse(Text(response, "X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out var linked) ? linked : isFile ? response.Content.Headers.ContentLength : null;
        return new()
        {
            Commit = Commit ?? Text(response, "X-Repo-Commit"),
            Hash = Hash ?? ContentHash.Parse(Text(response, "X-Linked-ETag") ?? (response.IsSuccessStatusCode ? Text(response, "ETag") : null)),
            Size = Size ?? size,
        };
    }

    /// <summary>Gets a header that stands once.</summary>
    public static string? Text(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) && values.Count == 1 ? values.ToString() : null;
}
