using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Toolkit.Audio;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.SpeechToText.Tests;

/// <summary>What transformers' <c>generate</c> writes with times, of one window and of longer sound: the same segments, where it does not differ from openai-whisper by design.</summary>
public class GenerateParityTests(WhisperParityTests.Shared whisper, GenerateParityTests.English english) : IClassFixture<WhisperParityTests.Shared>, IClassFixture<GenerateParityTests.English>
{
    // The others run when asked for, --explicit only: half a minute.
    private static readonly string[] Quick =
        ["jfk with timestamps", "max_length 12 with timestamps", "prompt with timestamps", "long tones, conditioned", "long, prompt for all, conditioned", "long silence skipped", "long, beam 5, conditioned",
            "low temperature sampling equals greedy", "batch, some fall back"];

    public static TheoryData<string, string> Cases => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["segments"] is not null && each["options"]!["return_token_timestamps"] is null && each["options"]!["num_beams"] is null)
        .Select(each => Row(fixture, each)))];

    public static TheoryData<string, string> Searches => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["segments"] is not null && each["options"]!["num_beams"] is not null)
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

    public static TheoryData<string, string> Texts => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["segments"] is null && each["inputs"]!["prompt"] is null && each["options"]!.AsObject().All(option => option.Key is "language" or "task" or "temperature" or "do_sample"))
        .Select(each => Row(fixture, each)))];

    [Theory, MemberData(nameof(Texts))]
    public async Task TextsWithoutTimesAreTheReferences(string fixture, string name)
    {
        var host = fixture == "whisper" ? whisper.Host : english.Host;
        var (golden, marks) = (All(fixture).Single(each => (string)each["name"]! == name), host.Marks);
        foreach (var (row, audio) in golden["inputs"]!["audio"].Deserialize<string[]>()!.Index())
        {
            var samples = GoldenSounds.Assemble(audio);
            Array.Resize(ref samples, 30 * 16_000);
            var options = Options(golden, row, 0) with { ReturnTimestamps = false };
            using var head = new SpeechToTextHead(host, options);
            using var sound = GoldenSounds.Frames(samples, host.Description.FrameWidth);
            var answer = await head.AnswerAsync(new() { Audio = "" }, sound, host, null, TestContext.Current.CancellationToken);
            int[] expected = Window(golden["sequences"]![row].Deserialize<int[]>()!, marks, out var hearsOn), heard = [.. answer.Segments!.SelectMany(segment => segment.Tokens).Where(id => id < marks.End)];
            // It writes as long as there are places, openai-whisper half as long.
            Assert.Equal(heard.Length == host.Description.MaxTargetLength / 2 ? expected[..heard.Length] : expected, hearsOn ? heard[..expected.Length] : heard);
        }
    }

    // Without the end. Two marks of time that are neighbours, although none were asked for, make it hear on from there.
    private static int[] Window(int[] ids, SpeechMarks marks, out bool hearsOn)
    {
        var pair = Enumerable.Range(0, Math.Max(0, ids.Length - 1)).FirstOrDefault(at => marks.IsTime(ids[at]) && marks.IsTime(ids[at + 1]), ids.Length);
        hearsOn = pair < ids.Length;
        return [.. ids[..pair].Where(id => id < marks.End)];
    }

    // Beam search is scored otherwise than openai-whisper's: the engine's own, with the steps from window to window around it, and drawn at 1e-5, which takes the likeliest, where it is doubtful.
    [Theory, MemberData(nameof(Searches))]
    public async Task BeamsOfTheEngineAreTheReferences(string fixture, string name)
    {
        var host = fixture == "whisper" ? whisper.Host : english.Host;
        var golden = All(fixture).Single(each => (string)each["name"]! == name);
        var rows = golden["inputs"]!["audio"].Deserialize<string[]>()!.Select(audio =>
        {
            var samples = GoldenSounds.Assemble(audio);
            Array.Resize(ref samples, golden["inputs"]!["long"] is null ? 30 * 16_000 : samples.Length);
            return new Search(host, golden["options"]!, samples);
        }).ToArray();
        // transformers lowers the number of beams for a text that is drawn, and never raises it again: for all rows of the batch.
        for (var beams = (int)golden["options"]!["num_beams"]!; rows.Any(row => !row.IsDone);)
        {
            var isDoubtful = false;
            foreach (var row in rows.Where(row => !row.IsDone))
            {
                isDoubtful |= await row.StepAsync(beams);
            }

            beams = isDoubtful ? 1 : beams;
        }

        Assert.All(golden["segments"]!.AsArray().Zip(rows), pair => Assert.Equal(
            pair.First!.AsArray().Select(segment => $"{(double)segment!["start"]!:0.00}-{(double)segment["end"]!:0.00} {string.Join(' ', Closed(segment["tokens"].Deserialize<int[]>()!, host.Marks))}"),
            pair.Second.Heard));
        Array.ForEach(rows, row => row.Dispose());
    }

    /// <summary>One sound, from window to window.</summary>
    private sealed class Search(CheckpointHost host, JsonNode options, float[] samples) : IDisposable
    {
        private readonly SpeechMarks marks = host.Marks;
        private readonly LogMelReader sound = GoldenSounds.Frames(samples, host.Description.FrameWidth);
        private readonly History history = new([], (host.Description.MaxTargetLength / 2) - 1, carries: false);
        private int seek;

        public List<string> Heard { get; } = [];

        public bool IsDone => seek >= sound.Frames;

        /// <summary>Hears a window; answers whether what was written first was doubtful.</summary>
        public async Task<bool> StepAsync(int beams)
        {
            var size = (int)Math.Min(marks.Frames, sound.Frames - seek);
            var frames = new float[marks.Frames * host.Description.FrameWidth];
            sound.Read(seek, size).CopyTo(frames, 0);
            using var window = await host.EncodeAsync(Features.FromFrames(frames, host.Description.FrameWidth), TestContext.Current.CancellationToken);
            var best = await WriteAsync(window, beams);
            var isDoubtful = Repeats(best, options, host) || await IsUnlikelyAsync(window, best);
            best = isDoubtful ? await WriteAsync(window, 1) : best;
            var cut = WindowCut.Of(best.Ids, size, marks);
            Heard.AddRange(cut.Segments.Select(segment => $"{(seek / 100.0) + segment.Start:0.00}-{(seek / 100.0) + segment.End:0.00} {string.Join(' ', Closed([.. segment.Ids], marks))}"));
            history.Add(cut.Segments.SelectMany(segment => segment.Ids));
            if (options["condition_on_prev_tokens"] is null)
            {
                history.Forget();
            }

            seek += cut.Moves;
            return isDoubtful;
        }

        public void Dispose() => sound.Dispose();

        private async Task<Hypothesis> WriteAsync(IEncodedInput window, int beams, params LogitsRule[] rules)
        {
            int[] given = [.. history.Prompt.Count > 0 ? [marks.Previous, .. history.Prompt] : Array.Empty<int>(), .. marks.Beginning(marks.Languages.Count > 0 ? "<|en|>" : null, SpeechTask.Transcribe)];
            return (await host.WriteAsync(
                new()
                {
                    Encoded = window,
                    Prefix = given[1..],
                    Options = new() { DecoderStartTokenId = given[0], NumBeams = beams },
                    Rules = [new TimestampRule(marks.Zero, marks.End, marks.NoTimes, 50), .. rules],
                },
                TestContext.Current.CancellationToken)).Best;
        }

        private async Task<bool> IsUnlikelyAsync(IEncodedInput window, Hypothesis written)
        {
            if (options["logprob_threshold"] is not { } least)
            {
                return false;
            }

            var rated = new Rated([.. written.Ids, marks.End]);
            await WriteAsync(window, 1, rated);
            return rated.LogProbabilities.Take(written.Ids.Count).Sum() / (written.Ids.Count + 1) < (double)least;
        }
    }

    // transformers compresses the ids and the end, not the text, each in as many bytes as it takes to hold the vocabulary.
    private static bool Repeats(Hypothesis best, JsonNode options, CheckpointHost host)
    {
        var width = (int)(Math.Log2(host.Description.Vocabulary) / 8) + 1;
        int[] ids = [.. best.Ids, .. best.Finish == FinishReason.End ? [host.Marks.End] : Array.Empty<int>()];
        var bytes = ids.SelectMany(id => BitConverter.GetBytes(id)[..width]).ToArray();
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return options["compression_ratio_threshold"] is { } most && bytes.Length / (double)packed.Length > (double)most;
    }

    /// <summary>Makes the tokens that are written those that were, and notes how likely each was among all that the rules before allow, which is what transformers compares with its threshold.</summary>
    private sealed class Rated(int[] ids) : LogitsRule
    {
        private static readonly Scalar Never = double.NegativeInfinity;

        public List<double> LogProbabilities { get; } = [];

        public override void Apply(IReadOnlyList<int> written, int prefixLength, Tensor scores)
        {
            var id = ids[Math.Min(written.Count - prefixLength, ids.Length - 1)];
            LogProbabilities.Add(scores.log_softmax(0)[id].item<float>());
            var kept = scores[id].clone();
            scores.fill_(Never);
            scores[id].copy_(kept);
        }
    }

    private static TheoryDataRow<string, string> Row(string fixture, JsonNode golden) => new(fixture, (string)golden["name"]!) { Explicit = fixture == "whisper" || !Quick.Contains((string)golden["name"]!) };

    // openai-whisper leaves the time behind a last pair out of the segment, and of a segment without text all tokens.
    private static int[] Closed(int[] ids, SpeechMarks marks) => string.IsNullOrWhiteSpace(marks.Text(ids)) ? [] : ids.Length > 1 && marks.IsTime(ids[^1]) && marks.IsTime(ids[^2]) ? ids[..^1] : ids;

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
                "do_sample" => options,
                "temperature" => options with { Temperature = value is JsonArray all ? all.Deserialize<double[]>()! : [(double)value!] },
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
