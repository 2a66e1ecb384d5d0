using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Ptgp.Toolkit.Audio;
using Ptgp.Toolkit.Heads;
using Ptgp.Toolkit.Speech;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.SpeechToText;

/// <summary>Writes down what is said: recordings of any length by Whisper's rules, and learns from recordings of a window.</summary>
internal sealed class SpeechToTextHead(IBackbone backbone, SpeechToTextOptions options, ILogger? log = null) : TaskHead<Recording, Utterance, Transcript, Transcript>(backbone)
{
    // As many recordings are open at a time.
    private const int Most = 32;

    private static readonly Scalar ignored = Target.Ignored;

    private readonly SpeechMarks marks = SpeechMarks.Of(backbone);
    private readonly LogMel mel = new(backbone.Description.FrameWidth);
    private readonly SemaphoreSlim open = new(Most);
    private readonly ConcurrentDictionary<string, bool> said = new();

    /// <inheritdoc />
    /// <remarks>The windows that are learned from, at each of the speeds: one, or where the times of what is said are known as many as it takes.</remarks>
    public override IReadOnlyList<Utterance> Split(Recording input) => Utterance.Of(input, options, marks.Window);

    /// <inheritdoc />
    public override Transcript Join(Recording input, IReadOnlyList<Utterance> parts, IReadOnlyList<Transcript> answers) => answers[0];

    /// <inheritdoc />
    public override Features EncodeInput(Utterance part)
    {
        var (window, remark) = Sounds.Read(part.Recording, part.Speed, marks.Frames * LogMel.Hop);
        Say(remark);
        return Features.FromFrames(mel.Of(window), mel.Bands, marks.SecondsPerFrame);
    }

    /// <inheritdoc />
    public override Target? EncodeTarget(Utterance part, Transcript output) => new Teaching(Backbone, marks, options).Of(part, output);

    /// <inheritdoc />
    /// <remarks>The backbone's stem; in training parts of the frames are hidden from it, if that is asked for.</remarks>
    public override Embedded Embed(Batch batch)
    {
        if (!training || options.SpecAugment is not { } augment)
        {
            return base.Embed(batch);
        }

        var (rows, length) = ((int)batch.Source.shape[0], (int)batch.Source.shape[1]);
        var values = batch.Source.cpu().contiguous().data<float>().ToArray();
        // Drawn from torch's stream, so that the recipe's seed stands for it too.
        var seed = randint(0, int.MaxValue, [1]).item<long>();
        for (var row = 0; row < rows; row++)
        {
            augment.Apply(values.AsSpan(row * length * mel.Bands, length * mel.Bands), mel.Bands, length, SpecAugment.Chance((int)seed, row));
        }

        return base.Embed(batch with { Source = tensor(values, batch.Source.shape, device: batch.Source.device) });
    }

    /// <inheritdoc />
    /// <remarks>Cross-entropy of text, times and end; what is given, such as language and task, is not learned.</remarks>
    public override TaskLoss Loss(EncodedBatch<Utterance> batch)
    {
        var (end, zero, start) = (Whole(marks.End), Whole(marks.Zero), Whole(marks.Start));
        var isTold = batch.Labels.eq(start).any(1, keepdim: false);                                       // [batch]
        var states = Backbone.Decode(batch.Encoded, batch.Labels, Whole(marks.Previous).where(isTold, start));
        var isGiven = batch.Labels.gt(end).logical_and(batch.Labels.lt(zero)).to_type(ScalarType.Int64).flip(1).cumsum(1).flip(1).to_type(ScalarType.Bool);
        return Backbone.Loss(states, batch.Labels.masked_fill(isGiven, ignored), batch.LabelSmoothing);

        Tensor Whole(int id) => tensor((long)id, device: batch.Labels.device);
    }

    /// <inheritdoc />
    public override async Task<Transcript> AnswerAsync(Recording input, IAnswering<Utterance, Transcript, Transcript> host, CancellationToken cancellation)
    {
        await open.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            using var sound = Sounds.Frames(input, mel, cancellation);
            return await AnswerAsync(input, sound, host, host.IsWatched ? host.Report : null, cancellation).ConfigureAwait(false);
        }
        finally
        {
            open.Release();
        }
    }

    /// <summary>Writes down a sound.</summary>
    internal async Task<Transcript> AnswerAsync(Recording input, LogMelReader sound, IAnswering host, Action<Transcript>? report, CancellationToken cancellation)
    {
        var listener = new Listener(host, Backbone, marks, options, sound);
        var language = (input.Language ?? options.Language) is { } wanted ? SpokenLanguage.Find(wanted, marks) : await listener.DetectAsync(cancellation).ConfigureAwait(false);
        var frames = (int)Math.Min(int.MaxValue, sound.Frames);
        var clips = Clips.Of(options.ClipTimestamps, marks.FramesPerSecond, frames);
        var voices = options.VadFilter || options.BatchSize > 1 ? VoiceActivity.Of(sound, mel.Bands, marks.FramesPerSecond, options.VadParameters) : null;
        clips = voices is null ? clips : VoiceActivity.Within(voices.Stretches, clips);
        var prompt = input.Prompt ?? options.InitialPrompt;
        Say(sound.Remark);
        var segments = await (options.BatchSize > 1
            ? listener.AtOnceAsync(language, prompt, voices!.Windows(clips, listener.Longest), Show, cancellation)
            : listener.InTurnAsync(language, prompt, clips, Show, cancellation)).ConfigureAwait(false);
        foreach (var remark in LeftOut())
        {
            Say(remark);
        }

        return Formatted(Compose(segments));

        IEnumerable<string> LeftOut() => listener.Remarks.Select(remark => $"{input.Audio}: {remark}");

        void Show(IReadOnlyList<Segment> soFar, int done)
        {
            report?.Invoke(Compose(soFar));
            host.ReportProgress(Math.Min(1, (double)done / frames));
        }

        Transcript Compose(IReadOnlyList<Segment> all) => new()
        {
            Text = string.Concat(all.Select(segment => segment.Text)),
            Segments = [.. all],
            Language = SpokenLanguage.Code(language),
            Warnings = (string[])[.. sound.Remark is { } odd ? [odd] : Array.Empty<string>(), .. LeftOut()] is { Length: > 0 } warnings ? warnings : null,
        };
    }

    // Each remark once: training hears its recordings again and again.
    private void Say(string? remark)
    {
        if (remark is not null && said.TryAdd(remark, true))
        {
            log?.SoundIsOdd(remark);
        }
    }

    private Transcript Formatted(Transcript transcript) => options.OutputFormat is { } format
        ? transcript with { Formatted = TranscriptWriter.Write(transcript, format, options.Subtitles) }
        : transcript;
}
