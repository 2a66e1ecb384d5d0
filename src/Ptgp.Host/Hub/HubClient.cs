using System.Net;
using System.Net.Http.Headers;

namespace Ptgp.Host.Hub;

/// <summary>
/// Asks the hub. Redirects are followed here: the token goes to the hub alone, never to a host it sends us to; and neither a redirect to another kind of
/// address than http and https is followed, nor one from https to http. Content is asked for as it is stored.
/// </summary>
internal sealed class HubClient(HubOptions options) : IDisposable
{
    private const int MostRedirects = 5;
    private static readonly ProductInfoHeaderValue Self = new("ptgp", typeof(HubClient).Assembly.GetName().Version!.ToString(3));

    private readonly HttpClient http = new(HubConnections.Open(options.Endpoint)) { Timeout = options.Silence };

    /// <summary>Lists a model's files.</summary>
    /// <exception cref="UserException">The hub does not say.</exception>
    public Task<HubListing> ListAsync(HubReference reference, CancellationToken cancellation) => new Retries(options).RunAsync(
        async () =>
        {
            var uri = At($"api/models/{reference.Name}/revision/{Uri.EscapeDataString(reference.Revision)}?blobs=true");
            using var answer = await SendAsync(HttpMethod.Get, uri, null, reference, cancellation).ConfigureAwait(false);
            return HubListing.Parse(await ReadAsync(answer.Response, uri, cancellation).ConfigureAwait(false), reference);
        },
        cancellation);

    /// <summary>Completes what a list says of a file with what the hub says when asked for it.</summary>
    /// <exception cref="UserException">Its size or its hash is nowhere said, so that it could not be verified.</exception>
    public async Task<HubFile> DescribeAsync(HubReference reference, string commit, ListedFile file, CancellationToken cancellation)
    {
        if (file is { Size: { } size, Hash: { } hash })
        {
            return new(file.Name, size, hash);
        }

        var said = await new Retries(options).RunAsync(
            async () =>
            {
                using var answer = await SendAsync(HttpMethod.Head, Resolve(reference, commit, file.Name), null, reference, cancellation).ConfigureAwait(false);
                CheckCommit(answer.Said, commit, file.Name);
                return answer.Said;
            },
            cancellation).ConfigureAwait(false);
        return (file.Size ?? said.Size, file.Hash ?? said.Hash) is ({ } bytes, { } digits)
            ? new(file.Name, bytes, digits)
            : throw new UserException($"'{options.Endpoint.Authority}' must say size and hash of '{file.Name}', so that it can be verified, but does not. Check HF_ENDPOINT: it may be no hub.");
    }

    /// <summary>Opens a file from a byte on, once.</summary>
    /// <param name="reference">The model.</param>
    /// <param name="commit">The commit that the file is of.</param>
    /// <param name="file">The file.</param>
    /// <param name="from">The first byte.</param>
    /// <param name="to">The byte after the last.</param>
    /// <param name="cancellation">Calls it off.</param>
    /// <returns>What brings the bytes: all of the file where the server knows no ranges.</returns>
    /// <exception cref="HubTrouble">It failed, but may work when asked again.</exception>
    /// <exception cref="UserException">It is refused, or is not the file that was listed.</exception>
    public async Task<HubAnswer> OpenAsync(HubReference reference, string commit, HubFile file, long from, long to, CancellationToken cancellation)
    {
        var uri = Resolve(reference, commit, file.Name);
        var range = from == 0 && to == file.Size ? null : new RangeHeaderValue(from, to - 1);
        var answer = await SendAsync(HttpMethod.Get, uri, range, reference, cancellation).ConfigureAwait(false);
        try
        {
            CheckCommit(answer.Said, commit, file.Name);
            if (answer.Said.Hash is { } hash && hash.Digits.Length == file.Hash.Digits.Length && hash != file.Hash)
            {
                throw new UserException($"'{file.Name}' of '{reference}' must have the hash {file.Hash} that the hub listed, but '{options.Endpoint.Authority}' now says {hash}. Run the command again; if it stays so, check HF_ENDPOINT.");
            }

            var isPart = answer.Response.StatusCode == HttpStatusCode.PartialContent;
            var place = answer.Response.Content.Headers.ContentRange;
            if (isPart && (range is null || place is null || place.From != from || place.To != to - 1 || (place.Length ?? file.Size) != file.Size))
            {
                throw new HubTrouble($"'{answer.Uri.Authority}' must send bytes {from} to {to - 1} of {file.Size} of '{file.Name}', but sends '{place}'. Run the command again; what was pulled stays.");
            }

            var length = isPart ? to - from : file.Size;
            if (answer.Response.Content.Headers.ContentLength is { } sent && sent != length)
            {
                throw new HubTrouble($"'{file.Name}' must come as {length} bytes, but '{answer.Uri.Authority}' sends {sent}. Run the command again; if it stays so, check HF_ENDPOINT.");
            }

            return answer with { From = isPart ? from : 0 };
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    public void Dispose() => http.Dispose();

    private Uri At(string path) => new($"{options.Endpoint.ToString().TrimEnd('/')}/{path}");

    private Uri Resolve(HubReference reference, string commit, string file) => At($"{reference.Name}/resolve/{commit}/{Uri.EscapeDataString(file)}");

    private bool IsHub(Uri uri) => Uri.Compare(uri, options.Endpoint, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static void CheckCommit(HubHeaders said, string commit, string file)
    {
        if (said.Commit is { } other && other != commit)
        {
            throw new UserException($"'{file}' must be of commit {commit}, but the hub says that it is of {other}. Run the command again; if it stays so, check HF_ENDPOINT.");
        }
    }

    private async Task<HubAnswer> SendAsync(HttpMethod method, Uri uri, RangeHeaderValue? range, HubReference reference, CancellationToken cancellation)
    {
        var said = new HubHeaders();
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            var response = await SendOnceAsync(method, uri, range, cancellation).ConfigureAwait(false);
            said = IsHub(uri) ? said.With(response) : said;
            if (response.IsSuccessStatusCode)
            {
                return new(response, uri, said);
            }

            using (response)
            {
                if (response.StatusCode is not (>= HttpStatusCode.MovedPermanently and < HttpStatusCode.BadRequest) || response.Headers.NonValidated.TryGetValues("Location", out var location) is false)
                {
                    throw HubErrors.Of(response, uri, reference, options, IsHub(uri));
                }

                var next = Follow(uri, location.ToString());
                if (method == HttpMethod.Head && !IsHub(next))
                {
                    // Whoever stores the file knows nothing that the hub did not say.
                    return new(new HttpResponseMessage(), uri, said);
                }

                uri = next;
            }
        }

        throw new UserException($"'{options.Endpoint.Authority}' must lead to the file in {MostRedirects} redirects, but leads on to '{uri.Authority}'. Check HF_ENDPOINT.");
    }

    private static Uri Follow(Uri from, string location)
    {
        var isAddress = Uri.TryCreate(from, location, out var to);
        var isWeb = isAddress && (to!.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp));
        return isWeb && to!.UserInfo.Length == 0 ? to : throw new UserException(
            $"'{from.Authority}' must redirect to an address of {from.Scheme} without a user, but redirects to '{(isAddress ? to!.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) : "something else")}'. Do not pull from it, or check HF_ENDPOINT.");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri uri, RangeHeaderValue? range, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, uri);
        request.Headers.UserAgent.Add(Self);
        request.Headers.AcceptEncoding.ParseAdd("identity");
        request.Headers.Range = range;
        if (IsHub(uri) && options.Token is { } token)
        {
            request.Headers.Authorization = new("Bearer", token);
        }

        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (HttpRequestException refused) when (refused.GetBaseException() is UserException reason)
        {
            throw reason;
        }
        catch (Exception failure) when (HubAnswer.IsCut(failure, cancellation))
        {
            throw HubErrors.OfConnection(uri, failure);
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, Uri uri, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            limit.CancelAfter(options.Silence);
            using var body = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            var text = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = await body.ReadAsync(buffer, limit.Token).ConfigureAwait(false)) > 0;)
            {
                limit.CancelAfter(options.Silence);
                text.Write(buffer, 0, read);
                if (text.Length > HubListing.LargestText)
                {
                    throw new UserException($"'{uri.Authority}' must list a model's files in at most {HubListing.LargestText} bytes, but sends more. Check HF_ENDPOINT.");
                }
            }

            return text.GetBuffer().AsMemory(0, (int)text.Length);
        }
        catch (Exception failure) when (HubAnswer.IsCut(failure, cancellation))
        {
            throw HubErrors.OfConnection(uri, failure);
        }
    }
}
