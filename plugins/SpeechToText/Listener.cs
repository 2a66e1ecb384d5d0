using Ptgp.Toolkit.Audio;
using Ptgp.Toolkit.Speech;

namespace Ptgp.SpeechToText;

/// <summary>Hears one recording window by window.</summary>
internal sealed class Listener(IAnswering host, IBackbone backbone, SpeechMarks marks, SpeechToTextOptions options, LogMelReader sound)
{
    private readonly WindowWriter writer = new(host, marks, options, backbone.Description.MaxTargetLength);
    private readonly WordAligner aligner = new(host, backbone, marks);
    // openai-whisper fills a window up with zeros, but it knows windows of 30 s alone: others were taught by transformers, which lets silence follow the sound.
    private readonly bool padsSilence = options.Padding switch { Padding.Silence => true, Padding.Zeros => false, _ => marks.Window != 30 };
    private readonly int frames = (int)Math.Min(int.MaxValue, sound.Frames);
    private readonly int width = backbone.Description.FrameWidth;
    private readonly List<string> remarks = [];
    private float[]? silence;

    /// <summary>Gets what was heard and left out, a line each.</summary>
    public IReadOnlyList<string> Remarks => remarks;

    /// <summary>Gets how many frames of sound a window has at most.</summary>
    public int Longest => options.ChunkLengthS is { } seconds ? Math.Clamp((int)(seconds * marks.FramesPerSecond), 1, marks.Frames) : marks.Frames;

    /// <summary>Writes down the recording, each window from where the last one's text ends.</summary>
    /// <param name="language">The entry of the language; null where only English is heard.</param>
    /// <param name="prompt">What was said before it; null for nothing.</param>
    /// <param name="clips">The stretches that are heard, in frames.</param>
    /// <param name="report">Is told all segments so far and how many frames are done.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<IReadOnlyList<Segment>> InTurnAsync(string? language, string? prompt, IEnumerable<(int Start, int End)> clips, Action<IReadOnlyList<Segment>, int> report, CancellationToken cancellation)
    {
        var history = new History(prompt is { Length: > 0 } text ? marks.Encode(text) : [], writer.LongestPrompt, options.CarryInitialPrompt);
        var (all, spoken) = (new List<Segment>(), 0.0);
        foreach (var (start, end) in clips)
        {
            for (var seek = start; seek < end;)
            {
                var part = sound.Read(seek, Math.Min(Longest, end - seek));
                // Without times nothing says where the text ends, so that a window is cut where it is quiet. The references cut words.
                var size = options.ReturnTimestamps || seek + Longest >= end ? part.Length / width : VoiceActivity.QuietestPlace(part, width, marks.FramesPerSecond);
                using var window = await EncodeAsync(part.AsMemory(0, size * width), seek + size, cancellation).ConfigureAwait(false);
                var heard = await writer.WriteAsync(window, seek, marks.Beginning(language, options.Task), history.Prompt, cancellation).ConfigureAwait(false);
                if (writer.IsSilent(heard))
                {
                    seek += size;
                    continue;
                }

                var cut = WindowCut.Of(heard.Ids, size, marks);
                var (segments, next, isPassed) = (Segments(cut, heard, seek), seek + cut.Moves, false);
                if (options.WordTimestamps)
                {
                    segments = await TimedAsync(segments, window, language, size, spoken, cancellation).ConfigureAwait(false);
                    (segments, next, isPassed) = new WindowPace(marks, options.HallucinationSilenceThreshold, frames).Of(segments, seek, size, next, cut.IsWhole, spoken);
                    spoken = isPassed ? spoken : WindowPace.EndOf(segments) ?? spoken;
                }

                // A window that leads nowhere would be heard for ever.
                seek = next > seek ? next : seek + size;
                if (!isPassed)
                {
                    segments = [.. segments.Select((segment, i) => Cleared(segment) with { Id = all.Count + i })];
                    all.AddRange(segments);
                    history.Add(segments.SelectMany(segment => segment.Tokens));
                    if (!options.ConditionOnPreviousText || heard.Temperature > options.PromptResetOnTemperature)
                    {
                        history.Forget();
                    }

                    report(all, seek);
                }
            }
        }

        return all;
    }

    /// <summary>Writes down several windows at once, none of which is told of another.</summary>
    /// <param name="language">The entry of the language; null where only English is heard.</param>
    /// <param name="prompt">What was said before each; null for nothing.</param>
    /// <param name="windows">The windows, in frames.</param>
    /// <param name="report">Is told all segments so far and how many frames are done.</param>
    /// <param name="cancellation">Ends it early.</param>
    public async Task<IReadOnlyList<Segment>> AtOnceAsync(string? language, string? prompt, IReadOnlyList<(int Start, int End)> windows, Action<IReadOnlyList<Segment>, int> report, CancellationToken cancellation)
    {
        IReadOnlyList<int> told = prompt is { Length: > 0 } text ? marks.Encode(text) : [];
        List<Segment> all = [];
        foreach (var together in windows.Chunk(options.BatchSize))
        {
            // The sound is read by one after the other, and all is written together.
            List<Task<Segment[]>> asked = [];
            foreach (var (start, end) in together)
            {
                var window = await EncodeAsync(sound.Read(start, end - start), end, cancellation).ConfigureAwait(false);
                asked.Add(HearAsync(window, start, end - start));
            }

            foreach (var segments in await Task.WhenAll(asked).ConfigureAwait(false))
            {
                Segment[] said = [.. segments.Select(Cleared).Where(segment => segment.Text.Length > 0)];
                all.AddRange([.. said.Select((segment, i) => segment with { Id = all.Count + i })]);
            }

            report(all, together[^1].End);
        }

        return all;

        async Task<Segment[]> HearAsync(IEncodedInput window, int start, int size)
        {
            using (window)
            {
                var heard = await writer.WriteAsync(window, start, marks.Beginning(language, options.Task), told, cancellation).ConfigureAwait(false);
                var segments = writer.IsSilent(heard) ? [] : Segments(WindowCut.Of(heard.Ids, size, marks).WithRest(heard.Ids, size, marks), heard, start);
                return options.WordTimestamps && segments.Length > 0 ? await TimedAsync(segments, window, language, size, start / marks.FramesPerSecond, cancellation).ConfigureAwait(false) : segments;
            }
        }
    }

    /// <summary>Finds the language of the first window.</summary>
    public async Task<string?> DetectAsync(CancellationToken cancellation)
    {
        if (marks.Languages.Count == 0)
        {
            return null;
        }

        using var window = await host.EncodeAsync(Features.FromFrames(sound.Read(0, marks.Frames), backbone.Description.FrameWidth, marks.SecondsPerFrame), cancellation).ConfigureAwait(false);
        return (await SpokenLanguage.DetectAsync(window, host, marks, cancellation).ConfigureAwait(false))[0].Entry;
    }

    private Task<IEncodedInput> EncodeAsync(ReadOnlyMemory<float> heard, int end, CancellationToken cancellation)
    {
        var window = new float[marks.Frames * width];
        heard.CopyTo(window);
        if (padsSilence && heard.Length < window.Length)
        {
            // What follows the sound itself is not as quiet as what lies far behind it: its last frames reach into it.
            var rest = end == frames ? sound.Read(end, marks.Frames - (heard.Length / width)) : silence ??= sound.Read(frames + marks.Frames, marks.Frames);
            rest.AsSpan(0, window.Length - heard.Length).CopyTo(window.AsSpan(heard.Length));
        }

        return host.EncodeAsync(Features.FromFrames(window, width, marks.SecondsPerFrame), cancellation);
    }

    private Segment[] Segments(WindowCut cut, HeardWindow heard, int seek) => [.. cut.Segments.Select(segment => new Segment
    {
        Seek = seek,
        Start = (seek / marks.FramesPerSecond) + segment.Start,
        End = (seek / marks.FramesPerSecond) + segment.End,
        Text = marks.Text(segment.Ids),
        Tokens = segment.Ids,
        Temperature = heard.Temperature,
        AverageLogProbability = heard.AverageLogProbability,
        CompressionRatio = heard.CompressionRatio,
        NoSpeechProbability = heard.NoSpeech,
    })];

    private async Task<Segment[]> TimedAsync(Segment[] segments, IEncodedInput window, string? language, int size, double spoken, CancellationToken cancellation)
    {
        int[] text = [.. segments.SelectMany(segment => segment.Tokens).Where(IsText)];
        var words = await aligner.AlignAsync(window, text, language, options.Task, size, cancellation).ConfigureAwait(false);
        return WordTimes.Give(segments, words, IsText, segments[0].Seek / marks.FramesPerSecond, spoken, options.PrependPunctuations, options.AppendPunctuations);
    }

    private bool IsText(int id) => id < marks.End;

    // What takes no time or has no text is kept for its place, but says nothing.
    private Segment Cleared(Segment segment)
    {
        if (segment.Start != segment.End && !string.IsNullOrWhiteSpace(segment.Text))
        {
            return segment;
        }

        if (!string.IsNullOrWhiteSpace(segment.Text))
        {
            remarks.Add(FormattableString.Invariant($"'{segment.Text.Trim()}' is left out, since by its times it begins and ends at {segment.Start:0.##} s{(options.WordTimestamps ? ", as its words were placed; without wordTimestamps it may stay" : "")}."));
        }

        return segment with { Text = "", Tokens = [], Words = segment.Words is null ? null : [] };
    }
}
