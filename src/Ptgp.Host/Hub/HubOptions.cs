using System.Collections;

namespace Ptgp.Host.Hub;

/// <summary>How the hub is reached.</summary>
internal sealed record HubOptions
{
    /// <summary>Gets where it is.</summary>
    /// <value>The default is <c>https://huggingface.co</c>.</value>
    public Uri Endpoint { get; init; } = new("https://huggingface.co");

    /// <summary>Gets what tells it who asks; only <see cref="Endpoint"/> itself is told.</summary>
    /// <value>Null, the default, asks as nobody.</value>
    public string? Token { get; init; }

    /// <summary>Gets whether nothing is asked at all.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Gets how many parts of a file are fetched at once.</summary>
    public int Connections { get; init; } = 4;

    /// <summary>Gets the bytes of a part. Smaller files are fetched whole.</summary>
    public long PartSize { get; init; } = 64 << 20;

    /// <summary>Gets how often in a row a request may fail without bringing a byte.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Gets the pause after the first failure; it doubles with each further one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets the longest pause that is made because the hub asks for it.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Gets how long a connection may be silent before it counts as cut.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets what waits.</summary>
    public Func<TimeSpan, CancellationToken, Task> Pause { get; init; } = Task.Delay;

    /// <summary>Reads <c>HF_ENDPOINT</c>, <c>HF_TOKEN</c> and <c>HF_HUB_OFFLINE</c>.</summary>
    /// <exception cref="UserException">One of them does not hold. No message shows a token.</exception>
    public static HubOptions FromEnvironment(IDictionary variables)
    {
        var options = new HubOptions { IsOffline = Given("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "TRUE" or "YES" or "ON", Token = Given("HF_TOKEN") };
        if (Given("HF_ENDPOINT") is { } text)
        {
            options = options with { Endpoint = ReadEndpoint(text) };
        }

        if (options.Token?.Any(letter => letter is <= ' ' or > '~') == true)
        {
            throw new UserException("HF_TOKEN must be letters, digits and signs without spaces, but holds others. Copy the token again.");
        }

        return options.Token is null || options.Endpoint.Scheme == Uri.UriSchemeHttps || options.Endpoint.IsLoopback ? options : throw new UserException(
            $"HF_ENDPOINT must be https where HF_TOKEN is set, so that nobody reads the token on its way, but is '{options.Endpoint}'. Use https, or unset HF_TOKEN.");

        string? Given(string name) => (variables[name] as string)?.Trim() is { Length: > 0 } value ? value : null;
    }

    private static Uri ReadEndpoint(string text) =>
        Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp) && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
            ? uri
            : throw new UserException("HF_ENDPOINT must be an address of http or https without user and query, such as https://huggingface.co, but is not. Correct or unset it.");
}
