namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Stretch(string Text, bool IsFirst);

/// <summary>Summarizes the stretches of a long text, all at once, then the summaries, until one stretch holds them.</summary>
internal sealed class SummaryHead(IBackbone backbone) : TaskHead<string, Stretch, string, string>(backbone)
{
    private const string Prefix = "summarize: ";
    private readonly int room = backbone.MaxLength - backbone.Tokenizer.Encode(Prefix).Tokens.Count;

    public override IReadOnlyList<Stretch> Split(string input)
    {
        var tokens = Backbone.Tokenizer.Tokenize(input);
        int At(int token) => token < tokens.Count ? tokens[token].Start : input.Length;
        return [.. Common.Starts(tokens.Count, room, 0).Select(start => new Stretch(input[At(start)..At(start + room)], start == 0))];
    }

    public override string Join(string input, IReadOnlyList<Stretch> parts, IReadOnlyList<string> answers) => string.Join('\n', answers);

    public override Features EncodeInput(Stretch part) => Backbone.Read(Prefix + part.Text);

    #region quote
    public override Target? EncodeTarget(Stretch part, string output) => part.IsFirst ? Backbone.Write(output) : null; // the rest was not summarized

    public override TaskLoss Loss(EncodedBatch<Stretch> batch) => Common.WritingLoss(Backbone, batch);

    public override async Task<string> AnswerAsync(string input, IAnswering<Stretch, string, string> host, CancellationToken cancellation)
    {
        for (var parts = Split(input); ; parts = Split(input))
        {
            var written = await Task.WhenAll(parts.Select(part => host.WriteAsync(new() { Source = EncodeInput(part) }, cancellation)));
            var summary = Join(input, parts, [.. written.Select(answer => answer.Best.Text)]);
            if (parts.Count == 1 || summary.Length >= input.Length)
            {
                return summary;
            }

            host.Report(summary); // who streams sees the long one first
            input = summary;
        }
    }
    #endregion
}
