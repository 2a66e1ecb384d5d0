namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Audio(float[] Frames); // log-mel, 80 values a frame of 10 ms
internal sealed record Segment(double Start, double End, string Text, IReadOnlyList<float[,]> Attention);
internal sealed record Transcript(string Language, IReadOnlyList<Segment> Segments);

internal sealed class SpeechHead(IBackbone backbone) : TaskHead<Audio, Transcript>(backbone)
{
    private const int Bands = 80, Window = 3000; // 30 s
    private readonly TimestampRule timestamps = new(backbone.Tokenizer);
    private readonly GenerationOptions[] attempts = [new() { NumBeams = 5 }, new() { NumBeams = 1, NoRepeatNgramSize = 3 }];

    public override Features EncodeInput(Audio part)
    {
        var window = new float[Bands * Window]; // always whole: what lacks is silence
        part.Frames.AsSpan(0, Math.Min(window.Length, part.Frames.Length)).CopyTo(window);
        return Features.FromFrames(window, Bands);
    }

    public override Target EncodeTarget(Audio part, Transcript output) =>
        Backbone.Write(string.Concat(output.Segments.Select(segment => segment.Text)));

    public override TaskLoss Loss(EncodedBatch<Audio> batch) => Common.WritingLoss(Backbone, batch);

    #region quote
    public override async Task<Transcript> AnswerAsync(Audio input, IAnswering<Audio, Transcript, Transcript> host, CancellationToken cancellation)
    {
        var (answer, context, length) = (new Transcript("", []), new List<int>(), input.Frames.Length / Bands);
        for (var seek = 0; seek < length;)
        {
            using var heard = await host.EncodeAsync(EncodeInput(new(input.Frames[(seek * Bands)..])), cancellation);
            answer = answer is { Language: "" } ? answer with { Language = await DetectAsync(heard, host, cancellation) } : answer;
            var best = await WriteAsync(heard, answer.Language, context, host, cancellation);
            var text = best.Ids.Where(id => !timestamps.IsTime(id)).ToList();
            var end = seek + timestamps.Reach(best.Ids, Window); // what was written decides where the next window starts
            var looked = await host.WriteAsync(new()
            {
                Encoded = heard,
                Prefix = [Id(answer.Language), Id("<|transcribe|>"), Id("<|notimestamps|>"), .. text],
                Options = new() { MaxNewTokens = 1 },
                Attention = new() { Heads = Backbone.Description.AlignmentHeads }, // rows are the prefix's: words get their times from them
            }, cancellation);
            answer = answer with { Segments = [.. answer.Segments, new(seek / 100.0, end / 100.0, best.Text, looked.Best.Attention)] };
            host.Report(answer);
            host.ReportProgress(Math.Min(1.0, (double)end / length));
            (context, seek) = ([.. context, .. text], end);
        }

        return answer;
    }
    #endregion

    private async Task<Hypothesis> WriteAsync(IEncodedInput heard, string language, List<int> context, IAnswering host, CancellationToken cancellation)
    {
        int[] prompt = [Id(language), Id("<|transcribe|>")]; // after the checkpoint's own start
        int? start = context.Count == 0 ? null : Id("<|startofprev|>");
        int[] prefix = start is null ? prompt : [.. context.TakeLast(223), Id("<|startoftranscript|>"), .. prompt];
        for (var attempt = 0; ; attempt++)
        {
            var written = await host.WriteAsync(new()
            {
                Encoded = heard,
                Prefix = prefix,
                Options = attempts[attempt] with { DecoderStartTokenId = start },
                Rules = [timestamps],
                ProbabilitiesOf = [Id("<|nospeech|>")],
                ProbabilitiesAfter = prefix.Length - prompt.Length,
            }, cancellation);
            if (written.Best.LogProbabilities.Average() > -1 || written.Probabilities[0] > 0.6 || attempt == attempts.Length - 1)
            {
                return written.Best;
            }
        }
    }

    private async Task<string> DetectAsync(IEncodedInput heard, IAnswering host, CancellationToken cancellation)
    {
        var (names, ids) = (Backbone.Tokenizer.Languages.Keys.ToList(), Backbone.Tokenizer.Languages.Values.ToList());
        var written = await host.WriteAsync(new() { Encoded = heard, Options = new() { MaxNewTokens = 1 }, ProbabilitiesOf = ids }, cancellation);
        return names[written.Probabilities.Index().MaxBy(probability => probability.Item).Index];
    }

    private int Id(string entry) => Backbone.Tokenizer.TryFind(entry, out var id) ? id
        : throw new InvalidOperationException($"The vocabulary has no '{entry}'.");
}
