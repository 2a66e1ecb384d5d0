namespace Ptgp.Architecture.Tests.Sketches;

/// <summary>Writes an answer to each stretch of a long context and takes the one that was likeliest a token.</summary>
internal sealed class AnsweringHead(IBackbone backbone) : TaskHead<Question, Question, string, string>(backbone)
{
    private const int Characters = 1200, Overlap = 200;

    public override IReadOnlyList<Question> Split(Question input) =>
    [
        .. Common.Starts(input.Context.Length, Characters, Overlap)
            .Select(start => input with { Context = input.Context[start..Math.Min(start + Characters, input.Context.Length)] }),
    ];

    public override string Join(Question input, IReadOnlyList<Question> parts, IReadOnlyList<string> answers) => answers[0];

    public override Features EncodeInput(Question part) => Backbone.Read($"question: {part.Text} context: {part.Context}");

    #region quote
    public override Target? EncodeTarget(Question part, string output) =>
        part.Context.Contains(output, StringComparison.OrdinalIgnoreCase) ? Backbone.Write(output) : null;

    public override TaskLoss Loss(EncodedBatch<Question> batch) => Common.WritingLoss(Backbone, batch);

    public override async Task<string> AnswerAsync(Question input, IAnswering<Question, string, string> host, CancellationToken cancellation)
    {
        var written = await Task.WhenAll(Split(input).Select(part => host.WriteAsync(new() { Source = EncodeInput(part) }, cancellation)));
        return written.MaxBy(answer => answer.Best.LogProbabilities.Average())!.Best.Text;
    }
    #endregion
}
