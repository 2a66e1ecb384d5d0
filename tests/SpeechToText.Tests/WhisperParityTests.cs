using System.Globalization;
using System.Text.Json.Nodes;

namespace Ptgp.SpeechToText.Tests;

/// <summary>Whole recordings are written down as openai-whisper's <c>transcribe</c> writes them with the same weights.</summary>
public class WhisperParityTests(WhisperParityTests.Shared shared, ITestOutputHelper output) : IClassFixture<WhisperParityTests.Shared>
{
    private readonly CheckpointHost host = shared.Host;

    public static TheoryData<string> Cases => [.. All().Select(each => (string)each["name"]!)];

    [Theory, MemberData(nameof(Cases))]
    public async Task EveryRunIsTheReferences(string name)
    {
        var golden = All().Single(each => (string)each["name"]! == name);
        var options = Options(golden["options"]!.AsObject());
        using var head = new SpeechToTextHead(host, options);
        using var sound = GoldenSounds.Frames(GoldenSounds.Assemble((string)golden["audio"]!), host.Description.FrameWidth);
        var answer = await head.AnswerAsync(new() { Audio = "" }, sound, host, _ => { }, TestContext.Current.CancellationToken);
        var expected = golden["result"]!;
        foreach (var (one, other) in expected["segments"]!.AsArray().Zip(answer.Segments!))
        {
            output.WriteLine($"{one!["seek"]} {one["start"]}-{one["end"]} '{one["text"]}' {one["avg_logprob"]} | {other.Seek} {other.Start:0.##}-{other.End:0.##} '{other.Text}' {other.AverageLogProbability:0.000000}");
        }

        Assert.Equal((string)expected["language"]!, answer.Language);
        Assert.Equal(expected["segments"]!.AsArray().Count, answer.Segments!.Count);
        var (worst, likeliest) = (0.0, 0.0);
        foreach (var (one, other) in expected["segments"]!.AsArray().Zip(answer.Segments))
        {
            Assert.Equal((int)one!["id"]!, other.Id);
            Assert.Equal((int)one["seek"]!, other.Seek);
            Assert.Equal(one["tokens"]!.AsArray().Select(id => (int)id!), other.Tokens);
            Assert.Equal((string)one["text"]!, other.Text);
            Assert.Equal((double)one["temperature"]!, other.Temperature);
            Assert.Equal((double)one["start"]!, other.Start, 1e-4);
            Assert.Equal((double)one["end"]!, other.End, 1e-4);
            // .NET's zlib packs some 28 bytes into up to 3 more than the reference's.
            Assert.Equal((double)one["compression_ratio"]!, other.CompressionRatio, 0.12 * (double)one["compression_ratio"]!);
            worst = Math.Max(worst, Math.Abs((double)one["avg_logprob"]! - other.AverageLogProbability));
            likeliest = Math.Max(likeliest, Math.Abs((double)one["no_speech_prob"]! - other.NoSpeechProbability));
            if (options.WordTimestamps)
            {
                Compare(one["words"]!.AsArray(), other.Words!);
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"avg_logprob {worst:0.0e0}, no_speech_prob {likeliest:0.0e0}"));
        Assert.InRange(worst, 0, 1e-4);
        Assert.InRange(likeliest, 0, 1e-5);
        Assert.Equal((string)expected["text"]!, answer.Text);
    }

    public static TheoryData<string> Windows => ["jfk", "tones", "digits", "silence", "noise", "full"];

    [Theory, MemberData(nameof(Windows))]
    public async Task AWindowAndItsLanguageAreTheReferences(string audio)
    {
        var golden = JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", "whisper", "golden", "openai-decode.json")))!.AsArray().Single(each => (string)each!["audio"]! == audio)!;
        var options = new SpeechToTextOptions { Temperature = [0] };
        using var sound = GoldenSounds.Frames(GoldenSounds.Assemble(audio), host.Description.FrameWidth);
        using var window = await host.EncodeAsync(Features.FromFrames(sound.Read(0, 3000), host.Description.FrameWidth), TestContext.Current.CancellationToken);
        var languages = await SpokenLanguage.DetectAsync(window, host, host.Marks, TestContext.Current.CancellationToken);
        Assert.All(golden["language_probabilities"]!.AsObject(), pair => Assert.Equal((double)pair.Value!, languages.Single(found => found.Entry == $"<|{pair.Key}|>").Probability, 2e-5));
        var expected = golden["decode"]!;
        Assert.Equal($"<|{expected["language"]}|>", languages[0].Entry);
        var heard = await new WindowWriter(host, host.Marks, options, host.Description.MaxTargetLength)
            .WriteAsync(window, 0, host.Marks.Beginning(languages[0].Entry, SpeechTask.Transcribe), [], TestContext.Current.CancellationToken);
        Assert.Equal(expected["tokens"]!.AsArray().Select(id => (int)id!), heard.Ids);
        Assert.Equal((string)expected["text"]!, host.Marks.Text(heard.Ids).Trim());
        Assert.Equal((double)expected["avg_logprob"]!, heard.AverageLogProbability, 1e-4);
        Assert.Equal((double)expected["no_speech_prob"]!, heard.NoSpeech, 1e-5);
    }

    private static void Compare(JsonArray expected, IReadOnlyList<Word> words)
    {
        Assert.Equal(expected.Select(word => (string)word!["word"]!), words.Select(word => word.Text));
        Assert.All(expected.Zip(words), pair =>
        {
            Assert.Equal((double)pair.First!["start"]!, pair.Second.Start, 0.001);
            Assert.Equal((double)pair.First["end"]!, pair.Second.End, 0.001);
            Assert.Equal((double)pair.First["probability"]!, pair.Second.Probability, 1e-4);
        });
    }

    private static SpeechToTextOptions Options(JsonObject asked)
    {
        var options = new SpeechToTextOptions();
        foreach (var (name, value) in asked)
        {
            options = name switch
            {
                "temperature" => options with { Temperature = value is JsonArray several ? [.. several.Select(each => (double)each!)] : [(double)value!] },
                "language" => options with { Language = (string)value! },
                "task" => options with { Task = Enum.Parse<SpeechTask>((string)value!, ignoreCase: true) },
                "without_timestamps" => options with { ReturnTimestamps = !(bool)value! },
                "condition_on_previous_text" => options with { ConditionOnPreviousText = (bool)value! },
                "logprob_threshold" => options with { LogprobThreshold = value is null ? 0 : (double)value },
                "no_speech_threshold" => options with { NoSpeechThreshold = value is null ? 1 : (double)value },
                "compression_ratio_threshold" => options with { CompressionRatioThreshold = (double)value! },
                "beam_size" => options with { BeamSize = (int)value! },
                "patience" => options with { Patience = (double)value! },
                "length_penalty" => options with { LengthPenalty = (double)value! },
                "word_timestamps" => options with { WordTimestamps = (bool)value! },
                "initial_prompt" => options with { InitialPrompt = (string)value! },
                "carry_initial_prompt" => options with { CarryInitialPrompt = (bool)value! },
                "clip_timestamps" => options with { ClipTimestamps = [.. ((string)value!).Split(',').Select(each => double.Parse(each, CultureInfo.InvariantCulture))] },
                "prefix" => options with { Prefix = (string)value! },
                "suppress_tokens" => options with { SuppressTokens = [] },
                "suppress_blank" => options with { SuppressBlank = (bool)value! },
                "max_initial_timestamp" => options with { MaxInitialTimestamp = value is null ? 0 : (double)value },
                "sample_len" => options with { SampleLen = (int)value! },
                _ => throw new InvalidOperationException($"There is an option '{name}' that is not handled."),
            };
        }

        return options;
    }

    private static IEnumerable<JsonNode> All() => JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", "whisper", "golden", "openai.json")))!.AsArray().OfType<JsonNode>();

    public sealed class Shared : IDisposable
    {
        internal CheckpointHost Host { get; } = new("models", "whisper");

        public void Dispose() => Host.Dispose();
    }
}
