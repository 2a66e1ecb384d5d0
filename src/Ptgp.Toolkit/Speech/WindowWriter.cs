using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Speech;

/// <summary>Writes down one window: the likeliest text, and where that is doubtful texts drawn at rising temperatures.</summary>
public sealed class WindowWriter(IAnswering host, SpeechMarks marks, WindowOptions options, int longestText)
{
    private readonly IReadOnlyList<int> prefix = options.Prefix is { Length: > 0 } text ? marks.Encode(text) : [];

    /// <summary>Gets how many tokens of what was written before a window is told.</summary>
    public int LongestPrompt => (longestText / 2) - 1;

    /// <summary>Gets how many tokens are written of a window at most.</summary>
    private int LongestAnswer => Math.Min(Math.Min(options.SampleLen ?? int.MaxValue, host.Options.MaxNewTokens ?? int.MaxValue), longestText / 2);

    /// <summary>Writes down a window.</summary>
    /// <param name="window">The window.</param>
    /// <param name="place">Where in the sound it begins, in frames: no two windows draw alike.</param>
    /// <param name="beginning">What stands before the text: start, language and task.</param>
    /// <param name="prompt">What was written before.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<HeardWindow> WriteAsync(IEncodedInput window, int place, IReadOnlyList<int> beginning, IReadOnlyList<int> prompt, CancellationToken cancellation)
    {
        HeardWindow? heard = null;
        foreach (var (attempt, temperature) in options.Temperature.DefaultIfEmpty(0).Index())
        {
            heard = await WriteAsync(window, beginning, prompt, Options(temperature, ((uint)place * 64UL) + (uint)attempt), cancellation).ConfigureAwait(false);
            if (!IsDoubtful(heard))
            {
                break;
            }
        }

        return heard!;
    }

    /// <summary>Tells whether nobody speaks in a window.</summary>
    public bool IsSilent(HeardWindow heard) => options.NoSpeechThreshold < 1 && heard.NoSpeech > options.NoSpeechThreshold && !(IsOn(options.LogprobThreshold) && heard.AverageLogProbability > options.LogprobThreshold);

    private static bool IsOn(double threshold) => threshold != 0;

    // What repeats itself or is unlikely is tried again, unless it is so because nobody speaks.
    private bool IsDoubtful(HeardWindow heard)
    {
        var isUnlikely = IsOn(options.LogprobThreshold) && heard.AverageLogProbability < options.LogprobThreshold;
        var repeats = IsOn(options.CompressionRatioThreshold) && heard.CompressionRatio > options.CompressionRatioThreshold;
        return (isUnlikely || repeats) && !(isUnlikely && options.NoSpeechThreshold < 1 && heard.NoSpeech > options.NoSpeechThreshold);
    }

    private async Task<HeardWindow> WriteAsync(IEncodedInput window, IReadOnlyList<int> beginning, IReadOnlyList<int> prompt, GenerationOptions how, CancellationToken cancellation)
    {
        int[] told = prompt.Count > 0 ? [marks.Previous, .. prompt.TakeLast(LongestPrompt)] : [];
        int[] given = [.. told, .. beginning, .. options.ReturnTimestamps ? [] : new[] { marks.NoTimes }, .. Fitting(prefix)];
        var written = await host.WriteAsync(
            new()
            {
                Encoded = window,
                Prefix = given[1..],
                Options = how with { DecoderStartTokenId = given[0] },
                Rules = options.ReturnTimestamps ? [new TimestampRule(marks.Zero, marks.End, marks.NoTimes, LatestFirst)] : [],
                ProbabilitiesOf = marks.NoSpeech is { } id ? [id] : [],
                ProbabilitiesAfter = marks.NoSpeech is null ? null : told.Length,
            },
            cancellation).ConfigureAwait(false);
        var best = written.Hypotheses.MaxBy(Rank)!;
        return new()
        {
            Ids = best.Ids,
            Temperature = how.DoSample == true ? how.Temperature ?? 1 : 0,
            AverageLogProbability = best.Score / (best.Ids.Count + 1),
            CompressionRatio = Compression.Ratio(marks.Text(best.Ids).Trim()),
            NoSpeech = written.Probabilities is [var probability] ? probability : 0,
        };
    }

    private int? LatestFirst => options.MaxInitialTimestamp is > 0 and var latest ? (int)Math.Round(latest / marks.SecondsPerStep) : null;

    private IEnumerable<int> Fitting(IReadOnlyList<int> ids) => options.SampleLen is { } most && most < longestText / 2 ? ids.TakeLast((longestText / 2) - most) : ids;

    // By the mean of the tokens, or by the length penalty of Wu et al. 2016.
    private double Rank(Hypothesis one) => one.Score / (options.LengthPenalty is { } power ? Math.Pow((5.0 + one.Ids.Count) / 6, power) : Math.Max(1, one.Ids.Count));

    private GenerationOptions Options(double temperature, ulong draw)
    {
        var beams = temperature > 0 ? 1 : options.BeamSize ?? host.Options.NumBeams ?? 1;
        var patience = options.Patience ?? 1;
        var common = new GenerationOptions
        {
            MaxNewTokens = LongestAnswer,
            NumBeams = beams,
            LengthPenalty = 0,                                                                            // a hypothesis's score is its sum: Rank divides
            RenormalizeLogits = true,
            EosTokenId = [marks.End],
            SuppressTokens = [.. Suppressed(host.Options.SuppressTokens ?? [])],
            BeginSuppressTokens = options.SuppressBlank ? host.Options.BeginSuppressTokens : [],
        };
        return temperature > 0
            ? common with { DoSample = true, Seed = Seed(draw), Temperature = temperature, TopK = 0, TopP = 1, MinP = 0, TypicalP = 1, NumReturnSequences = options.BestOf ?? 1 }
            : common with { DoSample = false, Patience = beams > 1 ? patience : null, NumReturnSequences = beams > 1 ? Math.Max(beams, (int)Math.Round(beams * patience)) : 1 };
    }

    // Of its own for each window and temperature.
    private long? Seed(ulong draw) => host.Options.Seed is { } seed ? unchecked((long)(((ulong)seed * 0x9E3779B97F4A7C15UL) + (draw * 0xBF58476D1CE4E5B9UL))) : null;

    // -1 stands for those that the checkpoint names.
    private IEnumerable<int> Suppressed(IReadOnlyList<int> named) => options.SuppressTokens.Count == 0 ? []
        : options.SuppressTokens.Where(id => id >= 0).Concat(options.SuppressTokens.Contains(-1) ? named : []).Concat(marks.Control).Distinct();
}
