using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.SpeechToText.Tests;

/// <summary>What transformers' <c>generate</c> writes with times, of one window and of longer sound: the same segments, where it does not differ from openai-whisper by design.</summary>
public class GenerateParityTests(WhisperParityTests.Shared whisper, GenerateParityTests.English english) : IClassFixture<WhisperParityTests.Shared>, IClassFixture<GenerateParityTests.English>
{
    public static TheoryData<string, string> Cases => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["segments"] is not null && each["options"]!["return_token_timestamps"] is null)
        .Select(each => new TheoryDataRow<string, string>(fixture, (string)each["name"]!)))];

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

            using var head = new SpeechToTextHead(host, Options(golden, row));
            using var sound = GoldenSounds.Frames(samples, host.Description.FrameWidth);
            var answer = await head.AnswerAsync(new() { Audio = "" }, sound, host, null, TestContext.Current.CancellationToken);
            var expected = golden["segments"]![row]!.AsArray();
            Assert.Equal(
                expected.Select(segment => $"{(double)segment!["start"]!:0.00}-{(double)segment["end"]!:0.00} {string.Join(' ', Closed(segment["tokens"].Deserialize<int[]>()!, host.Marks))}"),
                answer.Segments!.Select(segment => $"{segment.Start:0.00}-{segment.End:0.00} {string.Join(' ', segment.Tokens)}"));
        }
    }

    // openai-whisper leaves the time behind a last pair out of the segment, and of a segment without text all tokens.
    private static int[] Closed(int[] ids, Marks marks) => string.IsNullOrWhiteSpace(marks.Text(ids)) ? [] : ids.Length > 1 && marks.IsTime(ids[^1]) && marks.IsTime(ids[^2]) ? ids[..^1] : ids;

    private static SpeechToTextOptions Options(JsonNode golden, int row)
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
                "num_beams" => options with { BeamSize = (int)value! },
                "temperature" => options with { Temperature = value.Deserialize<double[]>()! },
                "condition_on_prev_tokens" => options with { ConditionOnPreviousText = (bool)value! },
                "prompt_condition_type" => options with { CarryInitialPrompt = (string)value! == "all-segments" },
                "logprob_threshold" => options with { LogprobThreshold = (double)value! },
                "no_speech_threshold" => options with { NoSpeechThreshold = (double)value! },
                "compression_ratio_threshold" => options with { CompressionRatioThreshold = (double)value! },
                "max_length" => options with { SampleLen = (int)value! - 3 },
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
