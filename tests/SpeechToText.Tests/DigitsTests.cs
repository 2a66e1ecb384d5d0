using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.SpeechToText.Audio;

namespace Ptgp.SpeechToText.Tests;

/// <summary>A real, if small, checkpoint with windows of 2 s: what it hears in recordings equals what transformers hears with it.</summary>
public class DigitsTests(DigitsTests.Shared shared) : IClassFixture<DigitsTests.Shared>
{
    private static readonly SpeechToTextOptions Options = new() { Temperature = [0], Language = "en" };

    public static TheoryData<int> Windows => [0, 1, 2, 3];

    [Theory, InlineData(false), InlineData(true)]
    public async Task RecordingsAreTheReferences(bool times)
    {
        using var head = new SpeechToTextHead(shared.Host, Options with { ReturnTimestamps = times });
        var rows = Golden("transcriptions.json")["recordings"]!.AsArray();
        Assert.Equal(18, rows.Count);
        foreach (var row in rows)
        {
            var answer = await head.AnswerAsync(new() { Audio = Repository.Fixture("audio", "fsdd", (string)row!["file"]!) }, shared.Host, TestContext.Current.CancellationToken);
            Assert.Equal((string)row["text"]!, answer.Text);
            if (!times)
            {
                // The prompt of four, and the end.
                Assert.Equal(row["ids"].Deserialize<int[]>()![4..^1], answer.Segments!.SelectMany(segment => segment.Tokens));
            }
        }
    }

    [Fact]
    public async Task NoMoreIsWrittenThanIsAskedFor()
    {
        var file = Repository.Fixture("audio", "fsdd", "7_jackson_0.wav");
        foreach (var (given, options) in new[] { (new GenerationOptions { MaxNewTokens = 2 }, Options), (new() { MaxNewTokens = 20 }, Options with { SampleLen = 2 }), (new(), Options with { SampleLen = 2 }) })
        {
            var standing = shared.Host.Options;
            using var head = new SpeechToTextHead(shared.Host, options with { ReturnTimestamps = false });
            shared.Host.Options = given.Or(standing);
            var answer = await head.AnswerAsync(new() { Audio = file }, shared.Host, TestContext.Current.CancellationToken);
            shared.Host.Options = standing;
            Assert.Equal(2, answer.Segments![0].Tokens.Count);
        }
    }

    [Theory, MemberData(nameof(Windows))]
    public async Task TimesAreTheReferences(int at)
    {
        var golden = Golden("timestamps.json")["windows"]![at]!;
        var sound = new float[32_000];
        var place = 0;
        foreach (var file in golden["files"].Deserialize<string[]>()!)
        {
            using var source = AudioFile.Open(Repository.Fixture("audio", "fsdd", file));
            place += 1600;
            place += source.ReadAll(sound.AsSpan(place));
        }

        foreach (var (kind, times) in new[] { ("timestamps", true), ("plain", false) })
        {
            using var head = new SpeechToTextHead(shared.Host, Options with { ReturnTimestamps = times });
            using var frames = GoldenSounds.Frames(sound[..place], 80);
            var answer = await head.AnswerAsync(new() { Audio = "" }, frames, shared.Host, _ => { }, TestContext.Current.CancellationToken);
            var ids = golden[kind]!["ids"].Deserialize<int[]>()!;
            var heard = answer.Segments!.SelectMany(segment => segment.Tokens).ToArray();
            Assert.Equal(times ? ids : ids[4..^1], heard);
        }
    }

    [Fact]
    public async Task TheLanguageIsDetectedAndSilenceFound()
    {
        var golden = Golden("timestamps.json");
        using var frames = GoldenSounds.Frames(new float[16_000], 80);
        using var window = await shared.Host.EncodeAsync(Features.FromFrames(frames.Read(0, 200), 80), TestContext.Current.CancellationToken);
        var languages = await SpokenLanguage.DetectAsync(window, shared.Host, shared.Host.Marks, TestContext.Current.CancellationToken);
        var total = golden["languages"]!.AsObject().Sum(language => Last(language.Value!));
        Assert.All(golden["languages"]!.AsObject(), language => Assert.Equal(Last(language.Value!) / total, languages.Single(found => found.Entry == language.Key).Probability, 1e-4));
        var heard = await new WindowWriter(shared.Host, shared.Host.Marks, Options, 48).WriteAsync(window, 0, shared.Host.Marks.Beginning("<|en|>", SpeechTask.Transcribe), [], TestContext.Current.CancellationToken);
        Assert.Equal(Last(golden["no_speech"]!), heard.NoSpeech, 1e-4);
    }

    // Of the last window, which is silence.
    private static double Last(JsonNode values) => (double)values.AsArray()[^1]!;

    private static JsonNode Golden(string file) => JsonNode.Parse(File.ReadAllText(Repository.Fixture("checkpoints", "digits-whisper-tiny", "golden", file)))!;

    public sealed class Shared : IDisposable
    {
        internal CheckpointHost Host { get; } = new("checkpoints", "digits-whisper-tiny");

        public void Dispose() => Host.Dispose();
    }
}
