using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Ptgp.Hosting;

namespace Ptgp.Extensions.AI;

/// <summary>A text generation task as a chat client: conversations are read by the checkpoint's chat template.</summary>
/// <remarks>
/// Of <see cref="ChatOptions"/>, <see cref="ChatOptions.Instructions"/>, lengths, sampling, seed, stop sequences and <see cref="ChatOptions.ResponseFormat"/> count; tools are
/// never called, and what has no meaning here is passed over. <see cref="ChatOptions.RawRepresentationFactory"/> may give <see cref="GenerationOptions"/>, over which the others stand.
/// </remarks>
/// <param name="task">The task, which the client disposes.</param>
public sealed class PtgpChatClient(PtgpTask task) : IChatClient
{
    private readonly ChatClientMetadata metadata = new("ptgp", defaultModelId: task.Name);

    /// <inheritdoc />
    /// <exception cref="PtgpException">The task cannot be asked so, for one because its checkpoint has no chat template.</exception>
    /// <exception cref="NotSupportedException">A message holds something else than text.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var answer = await task.AnswerAsync(Ask(messages, options), Requests.Generation(this, options), null, cancellationToken).ConfigureAwait(false);
        return new(new ChatMessage(ChatRole.Assistant, Text(answer)) { RawRepresentation = answer })
        {
            ResponseId = Guid.NewGuid().ToString("N"),
            ModelId = task.Name,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = Finish(answer),
            RawRepresentation = answer,
        };
    }

    /// <inheritdoc />
    /// <exception cref="PtgpException">The task cannot be asked so, for one because its checkpoint has no chat template.</exception>
    /// <exception cref="NotSupportedException">A message holds something else than text.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (input, generation, id) = (Ask(messages, options), Requests.Generation(this, options), Guid.NewGuid().ToString("N"));
        // A reader who goes away calls the writing off.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = Channel.CreateUnbounded<string>(new() { SingleReader = true });
        var answering = Task.Run(AnswerAsync, CancellationToken.None);
        try
        {
            var said = 0;
            await foreach (var soFar in pieces.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (soFar.Length > said)
                {
                    yield return Update(soFar[said..]);
                    said = soFar.Length;
                }
            }

            var answer = await answering.ConfigureAwait(false);
            var last = Update(Text(answer)[Math.Min(said, Text(answer).Length)..]);
            last.FinishReason = Finish(answer);
            last.RawRepresentation = answer;
            yield return last;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)answering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<JsonNode> AnswerAsync()
        {
            try
            {
                return await task.AnswerAsync(input, generation, soFar => pieces.Writer.TryWrite(Text(soFar)), stop.Token).ConfigureAwait(false);
            }
            finally
            {
                pieces.Writer.Complete();
            }
        }

        ChatResponseUpdate Update(string text) => new(ChatRole.Assistant, text) { ResponseId = id, MessageId = id, ModelId = task.Name, CreatedAt = DateTimeOffset.UtcNow };
    }

    /// <inheritdoc />
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? metadata
            : serviceType == typeof(PtgpTask) ? task
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <inheritdoc />
    public void Dispose() => task.Dispose();

    private JsonObject Ask(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = messages.Select(message => new Message(message.Role.Value, Content(message)));
        Message[] told = options?.Instructions is { Length: > 0 } instructions ? [new("system", instructions)] : [];
        JsonObject asked = new() { ["messages"] = JsonSerializer.SerializeToNode(told.Concat(all)), ["returnFullText"] = false };
        if (options?.ResponseFormat is ChatResponseFormatJson format)
        {
            if (!task.InputFields.Contains("jsonSchema"))
            {
                throw new PtgpException($"ResponseFormat must be text or none for task '{task.Name}', whose plugin keeps to no JSON schema: an input of its has {string.Join(", ", task.InputFields.Select(field => $"'{field}'"))}, but no 'jsonSchema'.");
            }

            // Without a schema of its own, the format is any JSON object.
            asked["jsonSchema"] = format.Schema is { } schema ? JsonSerializer.SerializeToNode(schema) : new JsonObject { ["type"] = "object" };
        }

        return asked;
    }

    private static string Content(ChatMessage message) => string.Concat(message.Contents.Select(content => content switch
    {
        TextContent text => text.Text,
        TextReasoningContent => "",
        _ => throw new NotSupportedException($"A message must hold text, but one of '{message.Role}' holds {content.GetType().Name}. Leave it out, or turn it into text."),
    }));

    private static string Text(JsonNode answer) => (string?)answer["text"] ?? throw new PtgpException("A chat client needs a task whose answers have a 'text', as text generation has, but this one's have none.");

    private static ChatFinishReason Finish(JsonNode answer) => (bool?)answer["unfinished"] == true ? ChatFinishReason.Length : ChatFinishReason.Stop;
}
