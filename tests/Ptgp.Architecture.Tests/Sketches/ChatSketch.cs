using System.Text;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Chat(IReadOnlyList<Message> Messages, string Prompt = ""); // a prompt, or a conversation

/// <summary>Goes on from a prompt or a conversation, on a decoder-only backbone as on any that writes.</summary>
internal sealed class ChatHead(IBackbone backbone) : TaskHead<Chat, string>(backbone)
{
    #region quote
    public override Features EncodeInput(Chat part) => Features.FromTokens((part.Messages.Count > 0
        ? Backbone.Tokenizer.EncodeChat(part.Messages) // by the checkpoint's template; a user's "<|im_end|>" stays text
        : Backbone.Tokenizer.Encode(part.Prompt).Ids).TakeLast(Backbone.MaxLength));

    public override Target EncodeTarget(Chat part, string output) => Backbone.Write(output);

    public override TaskLoss Loss(EncodedBatch<Chat> batch) => Common.WritingLoss(Backbone, batch);

    public override async Task<string> AnswerAsync(Chat input, IAnswering<Chat, string, string> host, CancellationToken cancellation)
    {
        var text = new StringBuilder();
        var written = await host.WriteAsync(new()
        {
            Source = EncodeInput(input),
            OnPiece = piece => host.Report(text.Append(piece.Text).ToString()),
        }, cancellation);
        return written.Best.Text;
    }
    #endregion
}
