using System.Text;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Message(string Role, string Content);
internal sealed record Chat(IReadOnlyList<Message> Messages); // a prompt is a chat of one message without a role

/// <summary>Goes on from a prompt or a conversation, on a decoder-only backbone as on any that writes.</summary>
internal sealed class ChatHead(IBackbone backbone) : TaskHead<Chat, string>(backbone)
{
    #region quote
    public override Features EncodeInput(Chat part)
    {
        IEnumerable<int> ids = part.Messages is [{ Role: "" } prompt]
            ? Plain(prompt.Content)
            : [.. part.Messages.SelectMany(Turn), Mark("<|im_start|>"), .. Plain("assistant\n")];
        return Features.FromTokens(ids.TakeLast(Backbone.MaxLength));

        IEnumerable<int> Turn(Message message) =>
            [Mark("<|im_start|>"), .. Plain($"{message.Role}\n{message.Content}"), Mark("<|im_end|>"), .. Plain("\n")];

        IEnumerable<int> Plain(string text) => Backbone.Tokenizer.Tokenize(text).Select(token => token.Id); // a user's "<|im_end|>" stays text
    }

    public override Target EncodeTarget(Chat part, string output) => Backbone.Write(output);

    public override TaskLoss Loss(EncodedBatch<Chat> batch) => Common.WritingLoss(Backbone, batch);

    public override async Task<string> AnswerAsync(Chat input, IAnswering<Chat, string, string> host, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var written = await host.WriteAsync(new()
        {
            Source = EncodeInput(input),
            Options = input.Messages is [{ Role: "" }] ? new() : new() { EosTokenId = [Mark("<|im_end|>")] },
            OnPiece = piece => host.Report(text.Append(piece.Text).ToString()),
        }, cancellation);
        return written.Best.Text;
    }
    #endregion

    private int Mark(string entry) => Backbone.Tokenizer.TryFind(entry, out var id) ? id : throw new InvalidOperationException(
        $"Backbone '{Backbone.Description.Name}' was not taught to chat: its vocabulary has no '{entry}'.");
}
