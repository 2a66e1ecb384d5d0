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
        var rule = new FrameRule(Backbone.Tokenizer, frame, plain);
        var written = await host.WriteAsync(
            new() { Source = EncodeInput(input), Rules = [rule], Options = new() { MaxNewTokens = rule.Most } }, cancellation);
        return JsonNode.Parse(written.Best.Text)!.AsObject();
    }
    #endregion

    /// <summary>Forces the texts between values; a value ends where the next text begins.</summary>
    private sealed class FrameRule(ITokenizer tokenizer, IReadOnlyList<string> frame, int[] plain) : LogitsRule
    {
        private const int Longest = 20;
        private readonly int[][] frame = [.. frame.Select(text => tokenizer.Tokenize(text).Select(token => token.Id).ToArray())];

        /// <summary>Gets how many tokens the longest object has, its end included.</summary>
        public int Most => frame.Sum(text => text.Length) + (Longest * (frame.Length - 1)) + 1;

        public override IReadOnlyCollection<int> Allowed(IReadOnlyList<int> written, int prefixLength)
        {
            for (int i = 0, at = prefixLength; i < frame.Length; i++)
            {
                var value = i == 0 ? 0 : written.Skip(at).TakeWhile(id => id != frame[i][0]).Count();
                at += value + frame[i].Length;
                if (at > written.Count)
                {
                    var inFrame = written.Count - (at - frame[i].Length);
                    return inFrame > 0 || i == 0 || value == Longest ? [frame[i][Math.Max(0, inFrame)]] : [.. plain, frame[i][0]];
                }
            }

            return [tokenizer.EndId];
        }
    }
}
