using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.Architecture.Tests.Sketches;

/// <summary>Extracts fields of a text as a JSON object that cannot be malformed: names and punctuation are forced, values are free of both.</summary>
internal sealed class ExtractionHead(IBackbone backbone, IReadOnlyList<string> fields) : TaskHead<string, JsonObject>(backbone)
{
    private readonly int[] plain = [.. Enumerable.Range(0, backbone.Description.Vocabulary).Where(id => !backbone.Tokenizer.IsSpecial(id)
        && !backbone.Tokenizer.Decode([id]).Any(c => c is '"' or '\\' || char.IsControl(c)))];

    public override Features EncodeInput(string part) => Backbone.Read("extract: " + part);

    public override Target EncodeTarget(string part, JsonObject output) => Backbone.Write(output.ToJsonString());

    public override TaskLoss Loss(EncodedBatch<string> batch) => Common.WritingLoss(Backbone, batch);

    #region quote
    public override async Task<JsonObject> AnswerAsync(string input, IAnswering<string, JsonObject, JsonObject> host, CancellationToken cancellation)
    {
        string[] frame = [.. fields.Select((field, i) => $"{(i == 0 ? "{" : "\",")}{JsonSerializer.Serialize(field)}:\""), "\"}"];
        var written = await host.WriteAsync(
            new() { Source = EncodeInput(input), Rules = [new FrameRule(Backbone.Tokenizer, frame, plain)] }, cancellation);
        return written.Best.Finish == FinishReason.End ? JsonNode.Parse(written.Best.Text)!.AsObject()
            : throw new FormatException($"The object must end within {host.Options.MaxNewTokens} tokens, but does not. Ask for more maxNewTokens.");
    }
    #endregion

    /// <summary>Forces the texts between values; a value ends where the next text begins.</summary>
    private sealed class FrameRule(ITokenizer tokenizer, IReadOnlyList<string> frame, int[] plain) : LogitsRule
    {
        private readonly int[][] frame = [.. frame.Select(text => tokenizer.Tokenize(text).Select(token => token.Id).ToArray())];

        public override IReadOnlyCollection<int> Allowed(IReadOnlyList<int> written, int prefixLength)
        {
            for (int i = 0, at = prefixLength; i < frame.Length; i++)
            {
                var value = written.Skip(at).TakeWhile(id => i > 0 && id != frame[i][0]).Count();
                at += value + frame[i].Length;
                if (at > written.Count)
                {
                    var inFrame = written.Count - (at - frame[i].Length);
                    return inFrame > 0 || i == 0 ? [frame[i][inFrame]] : [.. plain, frame[i][0]];
                }
            }

            return [tokenizer.EndId];
        }
    }
}
