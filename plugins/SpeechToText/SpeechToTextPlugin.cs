using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ptgp.Toolkit.Metrics;
using Ptgp.Toolkit.Speech;
using Ptgp.Toolkit.Text.Normalization;

namespace Ptgp.SpeechToText;

/// <summary>Writes down what is said in sound files.</summary>
public sealed class SpeechToTextPlugin(SpeechToTextOptions options, ILogger<SpeechToTextPlugin> log) : TaskPlugin<Recording, Transcript>
{
    private readonly SpeechToTextOptions options = options;
    private readonly ILogger log = log;

    /// <summary>Initializes the plugin with options, and without a log.</summary>
    public SpeechToTextPlugin(SpeechToTextOptions options) : this(options, NullLogger<SpeechToTextPlugin>.Instance)
    {
    }

    /// <summary>Initializes the plugin with the default options.</summary>
    public SpeechToTextPlugin() : this(new SpeechToTextOptions())
    {
    }

    /// <inheritdoc />
    public override string Name => "speechtotext";

    /// <inheritdoc />
    public override BackboneFeatures Needs => BackboneFeatures.ReadsFrames | BackboneFeatures.Writes | BackboneFeatures.Aligns;

    /// <inheritdoc />
    public override IReadOnlyList<DatasetAdapter<Recording, Transcript>> Datasets =>
        SpeechToTextDatasets.All(new() { Audio = options.AudioField, Text = options.TextField, FileName = options.FileName, Words = options.FileNameWords });

    /// <inheritdoc />
    /// <remarks>What is drawn at temperatures above 0 is the same for the same sound; ask for another <c>seed</c> to have it drawn anew.</remarks>
    public override GenerationOptions Generation => new() { Seed = 0 };

    /// <inheritdoc />
    public override AnswerFile<Recording, Transcript>? AnswerFile => options.OutputFormat is not { } format ? null : new()
    {
        Extension = format,
        Write = transcript => transcript.Formatted ?? TranscriptWriter.Write(transcript, format, options.Subtitles),
        Name = recording => Path.GetFileNameWithoutExtension(recording.Audio),
    };

    /// <inheritdoc />
    /// <remarks>A window is always whole, so no input is cut.</remarks>
    public override FineTuningRecipe Recipe => new()
    {
        Rank = 32,
        Alpha = 64,
        Targets = ["q", "k", "v", "o", "up", "down"],
        LearningRate = 1e-3,
        BatchSize = 16,
        MaxInputLength = int.MaxValue,
    };

    /// <inheritdoc />
    public override ITaskHead<Recording, Transcript> CreateHead(IBackbone backbone)
    {
        var marks = SpeechMarks.Of(backbone);
        _ = options.Language is { } language ? SpokenLanguage.Find(language, marks) : null;
        if (marks.Languages.Count == 0 && options.Task == SpeechTask.Translate)
        {
            throw new InvalidOperationException($"Backbone '{backbone.Description.Name}' hears English alone, so 'task' must be 'transcribe', but is 'translate'. Choose a multilingual checkpoint.");
        }

        Clips.Check(options.ClipTimestamps);
        return options.OutputFormat is null || TranscriptWriter.Formats.Contains(options.OutputFormat) ? new SpeechToTextHead(backbone, options, log) : throw new OptionException(
            "outputFormat", $"must be one of {string.Join(", ", TranscriptWriter.Formats)}, but is '{options.OutputFormat}'.");
    }

    /// <inheritdoc />
    /// <remarks>Error rates; where the times of what was said are known also the share of the segments that were found, and by how many seconds their starts and ends differ.</remarks>
    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<Recording, Transcript>> answers)
    {
        var (words, characters, times) = (default(ErrorCounts), default(ErrorCounts), default(SegmentTimes));
        var rule = Rule();
        foreach (var answer in answers)
        {
            var (expected, heard) = (rule(answer.Expected.Text), rule(answer.Predicted.Text));
            words += SpeechErrors.OfWords(expected, heard);
            characters += SpeechErrors.OfCharacters(expected, heard);
            times += SegmentTimes.Of(options.ReturnTimestamps ? answer.Expected.Segments ?? [] : [], answer.Predicted.Segments ?? [], rule);
        }

        var (ofWords, ofCharacters) = (Signature(words), Signature(characters));
        return
        [
            new("wer", words.ErrorRate, LowerIsBetter: true) { Signature = ofWords },
            new("cer", characters.ErrorRate, LowerIsBetter: true) { Signature = ofCharacters },
            new("mer", words.MatchErrorRate, LowerIsBetter: true) { Signature = ofWords },
            new("wil", words.InformationLost, LowerIsBetter: true) { Signature = ofWords },
            .. times.Expected > 0 ? [new Metric("segmentsFound", times.Share)] : Array.Empty<Metric>(),
            .. times.Found > 0 ? [new("startError", times.StartError, LowerIsBetter: true), new("endError", times.EndError, LowerIsBetter: true)] : Array.Empty<Metric>(),
        ];

        string Signature(ErrorCounts counts) => $"normalizer:{options.Normalizer}|S:{counts.Substitutions}|D:{counts.Deletions}|I:{counts.Insertions}|H:{counts.Hits}";
    }

    /// <inheritdoc />
    public override Recording FromText(string text) => new() { Audio = text };

    /// <inheritdoc />
    public override string ToText(Transcript output) => output.Text.Trim().ReplaceLineEndings(" ");

    private Func<string, string> Rule() => options.Normalizer switch
    {
        Normalizer.Basic => new BasicNormalizer().Normalize,
        Normalizer.English => (options.Spellings is { } path ? EnglishNormalizer.Load(path) : new EnglishNormalizer(new Dictionary<string, string>())).Normalize,
        _ => text => text.Trim(),
    };
}
