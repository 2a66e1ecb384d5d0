using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.SpeechToText.Tests;

/// <summary>What transformers' <c>generate</c> writes with times, of one window and of longer sound: the same segments, where it does not differ from openai-whisper by design.</summary>
public class GenerateParityTests(WhisperParityTests.Shared whisper, GenerateParityTests.English english) : IClassFixture<WhisperParityTests.Shared>, IClassFixture<GenerateParityTests.English>
{
    // The others run when asked for, --explicit only: half a minute.
    private static readonly string[] Quick =
        ["jfk with timestamps", "max_length 12 with timestamps", "prompt with timestamps", "long tones, conditioned", "long, prompt for all, conditioned", "long silence skipped", "long, beam 5, conditioned"];

    public static TheoryData<string, string> Cases => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["segments"] is not null && each["options"]!["return_token_timestamps"] is null && each["options"]!["num_beams"] is null)
        .Select(each => Row(fixture, each)))];

    public static TheoryData<string, string> Searches => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["segments"] is not null && each["options"]!["num_beams"] is not null && each["options"]!["temperature"] is null)
        .Select(each => Row(fixture, each)))];

    [Theory, MemberData(nameof(Cases))]
    public async Task SegmentsAreTheReferences(string fixture, string name)
    {
        var host = fixture == "whisper" ? whisper.Host : english.Host;
        var golden = All(fixture).Single(each => (string)each["name"]! == name);
        var audios = golden["inputs"]!["audio"].Deserialize<string[]>()!;
        foreach (var (row, audio) in audios.Index())
        {
            var samples = GoldenSounds.Assemble(audio);
            if (golden["inputs"]!["long"] is null)
            {
                // It hears all of a window, also where its sound is shorter.
                Array.Resize(ref samples, 30 * 16_000);
            }

            using var head = new SpeechToTextHead(host, Options(golden, row, host.Marks.Languages.Count > 0 ? 3 : 1));
            using var sound = GoldenSounds.Frames(samples, host.Description.FrameWidth);
            var answer = await head.AnswerAsync(new() { Audio = "" }, sound, host, null, TestContext.Current.CancellationToken);
            var expected = golden["segments"]![row]!.AsArray();
            Assert.Equal(
                expected.Select(segment => $"{(double)segment!["start"]!:0.00}-{(double)segment["end"]!:0.00} {string.Join(' ', Closed(segment["tokens"].Deserialize<int[]>()!, host.Marks))}"),
                answer.Segments!.Select(segment => $"{segment.Start:0.00}-{segment.End:0.00} {string.Join(' ', segment.Tokens)}"));
        }
    }

    // Beam search is scored otherwise than openai-whisper's: the engine's own, with the steps from window to window around it.
    [Theory, MemberData(nameof(Searches))]
    public async Task BeamsOfTheEngineAreTheReferences(string fixture, string name)
    {
        var host = fixture == "whisper" ? whisper.Host : english.Host;
        var (golden, marks) = (All(fixture).Single(each => (string)each["name"]! == name), host.Marks);
        var samples = GoldenSounds.Assemble((string)golden["inputs"]!["audio"]![0]!);
        Array.Resize(ref samples, golden["inputs"]!["long"] is null ? 30 * 16_000 : samples.Length);
        using var sound = GoldenSounds.Frames(samples, host.Description.FrameWidth);
        var history = new History([], (host.Description.MaxTargetLength / 2) - 1, carries: false);
        List<string> heard = [];
        for (int seek = 0, size; seek < sound.Frames; seek += size)
        {
            size = (int)Math.Min(marks.Frames, sound.Frames - seek);
            var frames = new float[marks.Frames * host.Description.FrameWidth];
            sound.Read(seek, size).CopyTo(frames, 0);
            using var window = await host.EncodeAsync(Features.FromFrames(frames, host.Description.FrameWidth), TestContext.Current.CancellationToken);
            int[] given = [.. history.Prompt.Count > 0 ? [marks.Previous, .. history.Prompt] : Array.Empty<int>(), .. marks.Beginning(marks.Languages.Count > 0 ? "<|en|>" : null, SpeechTask.Transcribe)];
            var written = await host.WriteAsync(
                new()
                {
                    Encoded = window,
                    Prefix = given[1..],
                    Options = new() { DecoderStartTokenId = given[0], NumBeams = (int)golden["options"]!["num_beams"]! },
                    Rules = [new TimestampRule(marks.Zero, marks.End, marks.NoTimes, 50)],
                },
                TestContext.Current.CancellationToken);
            var cut = Cut.Of(written.Best.Ids, size, marks);
            heard.AddRange(cut.Segments.Select(segment => $"{(seek / 100.0) + segment.Start:0.00}-{(seek / 100.0) + segment.End:0.00} {string.Join(' ', Closed([.. segment.Ids], marks))}"));
            history.Add(cut.Segments.SelectMany(segment => segment.Ids));
            if (golden["options"]!["condition_on_prev_tokens"] is null)
            {
                history.Forget();
            }

            size = cut.Moves;
        }

        Assert.Equal(
            golden["segments"]![0]!.AsArray().Select(segment => $"{(double)segment!["start"]!:0.00}-{(double)segment["end"]!:0.00} {string.Join(' ', Closed(segment["tokens"].Deserialize<int[]>()!, marks))}"),
            heard);
    }

    private static TheoryDataRow<string, string> Row(string fixture, JsonNode golden) => new(fixture, (string)golden["name"]!) { Explicit = fixture == "whisper" || !Quick.Contains((string)golden["name"]!) };

    // openai-whisper leaves the time behind a last pair out of the segment, and of a segment without text all tokens.
    private static int[] Closed(int[] ids, Marks marks) => string.IsNullOrWhiteSpace(marks.Text(ids)) ? [] : ids.Length > 1 && marks.IsTime(ids[^1]) && marks.IsTime(ids[^2]) ? ids[..^1] : ids;

    private static SpeechToTextOptions Options(JsonNode golden, int row, int given)
    {
        var options = new SpeechToTextOptions
        {
            Temperature = [0],
            LogprobThreshold = 0,
            NoSpeechThreshold = 1,
            CompressionRatioThreshold = 0,
            ConditionOnPreviousText = false,
            InitialPrompt = (string?)golden["inputs"]!["prompt"],
        };
        foreach (var (name, value) in golden["options"]!.AsObject())
        {
            options = name switch
            {
                "return_timestamps" or "return_segments" => options,
                "language" => options with { Language = value is JsonArray several ? (string)several[row]! : (string)value! },
                "task" => options with { Task = Enum.Parse<SpeechTask>((string)value!, ignoreCase: true) },
                "temperature" => options with { Temperature = value.Deserialize<double[]>()! },
                "condition_on_prev_tokens" => options with { ConditionOnPreviousText = (bool)value! },
                "prompt_condition_type" => options with { CarryInitialPrompt = (string)value! == "all-segments" },
                "logprob_threshold" => options with { LogprobThreshold = (double)value! },
                "no_speech_threshold" => options with { NoSpeechThreshold = (double)value! },
                "compression_ratio_threshold" => options with { CompressionRatioThreshold = (double)value! },
                "max_length" => options with { SampleLen = (int)value! - given },
                _ => throw new InvalidOperationException($"There is an option '{name}' that is not handled."),
            };
        }

        // Windows that are told nothing of each other are all told the prompt.
        return options with { CarryInitialPrompt = options.CarryInitialPrompt || !options.ConditionOnPreviousText };
    }

    private static IEnumerable<JsonNode> All(string fixture) => JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "golden", "generate.json")))!.AsArray().OfType<JsonNode>();

    public sealed class English : IDisposable
    {
        internal CheckpointHost Host { get; } = new("models", "whisper-en");

        public void Dispose() => Host.Dispose();
    }
}
