using System.Globalization;
using System.Net;

namespace Ptgp.Host.Hub;

/// <summary>Says of an answer that is not what was asked for what is wrong and what to do.</summary>
internal static class HubErrors
{
    /// <summary>Makes the failure that an answer stands for: a <see cref="HubTrouble"/> where asking again may help.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="uri">What was asked.</param>
    /// <param name="reference">The model that is pulled.</param>
    /// <param name="options">How the hub is reached.</param>
    /// <param name="isOfHub">Whether the hub itself answers, not a host that it sent us to.</param>
    public static UserException Of(HttpResponseMessage response, Uri uri, HubReference reference, HubOptions options, bool isOfHub)
    {
        var (code, hub) = ((int)response.StatusCode, options.Endpoint.ToString().TrimEnd('/'));
        var reason = HubHeaders.Text(response, "X-Error-Code") ?? "";
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
        {
            var wait = RetryAfter(response);
            return new HubTrouble($"'{uri.Authority}' must be asked less often: it asks to come back {(wait is { } time ? $"in {Seconds(time)} s" : "later")} (429). "
                + $"Run the command again then; what was pulled stays.{(options.Token is null ? " With HF_TOKEN set one may ask more often." : "")}", wait);
        }

        if (code >= 500 || response.StatusCode == HttpStatusCode.RequestTimeout)
        {
            return new HubTrouble($"'{uri.Authority}' must answer, but fails ({code}). Run the command again later; what was pulled stays.", RetryAfter(response));
        }

        if (!isOfHub)
        {
            // The address of a file is good for some time only; asking the hub again gives a new one.
            return new HubTrouble($"'{uri.Authority}', which '{options.Endpoint.Authority}' sends us to, must hand out the files of '{reference}', but refuses ({code}). Run the command again; what was pulled stays.");
        }

        return new UserException(response.StatusCode switch
        {
            HttpStatusCode.Unauthorized when options.Token is not null =>
                $"HF_TOKEN must be a valid token of '{hub}', but was refused (401) for '{reference.Name}'. Make a new one under {hub}/settings/tokens, and check the model's name.",
            HttpStatusCode.Unauthorized =>
                $"'{reference.Name}' must be open to all, but '{hub}' asks who we are (401): it is private or gated, or there is no such model. Check the name, or set HF_TOKEN to a token from {hub}/settings/tokens.",
            HttpStatusCode.Forbidden =>
                $"'{reference.Name}' must be open to {(options.Token is null ? "all" : "the owner of HF_TOKEN")}, but is not (403). Accept its terms under {hub}/{reference.Name}{(options.Token is null ? ", and set HF_TOKEN" : ", and let the token read gated models")}.",
            HttpStatusCode.NotFound when reason == "RevisionNotFound" =>
                $"The revision of '{reference.Name}' must be one of its branches, tags or commits, but there is no '{reference.Revision}' (404). See {hub}/{reference.Name}/tree/main.",
            HttpStatusCode.NotFound =>
                $"NAME must be a model of '{hub}', but there is no '{reference}' (404). Check the spelling{(options.Token is null ? ", or set HF_TOKEN if it is private" : "")}.",
            _ => $"'{uri.Authority}' must answer with what was asked for, but answers {code}{Said(response)}. Check HF_ENDPOINT and the name '{reference}'.",
        });
    }

    /// <summary>Makes the failure of a connection.</summary>
    public static HubTrouble OfConnection(Uri uri, Exception failure) =>
        new($"'{uri.Authority}' must be reachable, but is not: {failure.GetBaseException().Message.TrimEnd('.')}. Check the network and HF_ENDPOINT, and run the command again; what was pulled stays.", inner: failure);

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var asked = response.Headers.RetryAfter;
        var wait = asked?.Delta ?? (asked?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
        return wait is { } time && time < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static string Seconds(TimeSpan time) => Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    // A server's own words, but no more of them than one reads, and none that steer a terminal.
    private static string Said(HttpResponseMessage response)
    {
        var text = HubHeaders.Text(response, "X-Error-Message");
        return text is null ? "" : $" and says '{new string([.. text.Where(letter => !char.IsControl(letter)).Take(200)])}'";
    }
}
