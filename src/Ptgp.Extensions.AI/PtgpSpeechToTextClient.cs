using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Ptgp.Hosting;

namespace Ptgp.Extensions.AI;

/// <summary>A speech to text task as a client: sound in any format that the task reads is written down.</summary>
/// <remarks>
/// The sound is laid into a temporary file while it is worked on. Of <see cref="SpeechToTextOptions"/>, <see cref="SpeechToTextOptions.SpeechLanguage"/> counts, where
/// null has it detected; <see cref="SpeechToTextOptions.TextLanguage"/> must be that or none, since what a task translates to is its configuration's.
/// The segments with their times are in the raw representation.
/// </remarks>
/// <param name="task">The task, which the client disposes.</param>
public sealed class PtgpSpeechToTextClient(PtgpTask task) : ISpeechToTextClient
{
    private readonly SpeechToTextClientMetadata metadata = new("ptgp", defaultModelId: task.Name);

    /// <inheritdoc />
    /// <exception cref="PtgpException">The sound cannot be read, or the task cannot be asked so.</exception>
    public async Task<SpeechToTextResponse> GetTextAsync(Stream audioSpeechStream, SpeechToTextOptions? options = null, CancellationToken cancellationToken = default)
    {
        var answer = await AnswerAsync(audioSpeechStream, options, null, cancellationToken).ConfigureAwait(false);
        var segments = Segments(answer);
        return new(Text(answer))
        {
            ResponseId = Guid.NewGuid().ToString("N"),
            ModelId = task.Name,
            StartTime = segments.Count > 0 ? Time(segments[0], "start") : null,
            EndTime = segments.Count > 0 ? Time(segments[^1], "end") : null,
            RawRepresentation = answer,
        };
    }

    /// <inheritdoc />
    /// <remarks>An update a segment, each with its times, as soon as it is written; a reader who goes away calls the rest off.</remarks>
    /// <exception cref="PtgpException">The sound cannot be read, or the task cannot be asked so.</exception>
    public async IAsyncEnumerable<SpeechToTextResponseUpdate> GetStreamingTextAsync(Stream audioSpeechStream, SpeechToTextOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var id = Guid.NewGuid().ToString("N");
        yield return Update(SpeechToTextResponseUpdateKind.SessionOpen, null);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var written = Channel.CreateUnbounded<JsonNode>(new() { SingleReader = true });
        var answering = Task.Run(WriteAsync, CancellationToken.None);
        try
        {
            var given = 0;
            await foreach (var soFar in written.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                var segments = Segments(soFar);
                for (; given < segments.Count; given++)
                {
                    var segment = segments[given];
                    var update = Update(SpeechToTextResponseUpdateKind.TextUpdated, (string?)segment!["text"]);
                    (update.StartTime, update.EndTime, update.RawRepresentation) = (Time(segment, "start"), Time(segment, "end"), segment);
                    yield return update;
                }
            }

            var answer = await answering.ConfigureAwait(false);
            if (given == 0)
            {
                yield return Update(SpeechToTextResponseUpdateKind.TextUpdated, Text(answer));
            }

            var end = Update(SpeechToTextResponseUpdateKind.SessionClose, null);
            end.RawRepresentation = answer;
            yield return end;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<JsonNode> WriteAsync()
        {
            try
            {
                var answer = await AnswerAsync(audioSpeechStream, options, soFar => written.Writer.TryWrite(soFar), stop.Token).ConfigureAwait(false);
                written.Writer.TryWrite(answer);
                return answer;
            }
            finally
            {
                written.Writer.Complete();
            }
        }

        SpeechToTextResponseUpdate Update(SpeechToTextResponseUpdateKind kind, string? text) =>
            new(text is null ? [] : [new TextContent(text)]) { Kind = kind, ResponseId = id, ModelId = task.Name };
    }

    /// <inheritdoc />
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(SpeechToTextClientMetadata) ? metadata
            : serviceType == typeof(PtgpTask) ? task
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc />
    public void Dispose() => task.Dispose();

    private async Task<JsonNode> AnswerAsync(Stream sound, SpeechToTextOptions? options, Action<JsonNode>? onPiece, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sound);
        if (options?.TextLanguage is { } wanted && wanted != options.SpeechLanguage)
        {
            throw new PtgpException($"TextLanguage must be none or that of the speech, but is '{wanted}'. Use a task whose configuration translates.");
        }

        var path = Path.Combine(Path.GetTempPath(), $"ptgp-{Guid.NewGuid():N}.sound");
        try
        {
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await using (file.ConfigureAwait(false))
            {
                await sound.CopyToAsync(file, cancellation).ConfigureAwait(false);
            }

            var input = new JsonObject { ["audio"] = path };
            if (options?.SpeechLanguage is { } language)
            {
                input["language"] = language;
            }

            return await task.AnswerAsync(input, null, onPiece, cancellation).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Text(JsonNode answer) => (string?)answer["text"] ?? throw new PtgpException("A speech client needs a task whose answers have a 'text', as speech to text has, but this one's have none.");

    private static JsonArray Segments(JsonNode answer) => answer["segments"] as JsonArray ?? [];

    private static TimeSpan Time(JsonNode? segment, string end) => TimeSpan.FromSeconds((double)segment![end]!);
}
