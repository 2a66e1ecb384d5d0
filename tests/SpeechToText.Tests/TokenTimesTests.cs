using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.SpeechToText.Tests;

/// <summary>
/// The times that transformers gives each token of a window: by the same attention and the same path as those of words, which openai-whisper gives from the tokens written once more.
/// It leaves the rows of attention as they are where openai-whisper makes them sum to 1 over the sound, and leaves out those of what was given.
/// Of sound that takes several windows they are those of each, counted from its start.
/// </summary>
public class TokenTimesTests(WhisperParityTests.Shared whisper, GenerateParityTests.English english) : IClassFixture<WhisperParityTests.Shared>, IClassFixture<GenerateParityTests.English>
{
    public static TheoryData<string, string> Cases => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["token_timestamps"] is not null && each["segments"] is null).Select(each => (fixture, (string)each["name"]!)))];

    public static TheoryData<string, string> LongCases => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["token_timestamps"] is not null && each["segments"] is not null).Select(each => (fixture, (string)each["name"]!)))];

    [Theory, MemberData(nameof(Cases))]
    public async Task TokensHaveTheReferencesTimes(string fixture, string name)
    {
        var host = fixture == "whisper" ? whisper.Host : english.Host;
        var (golden, marks) = (All(fixture).Single(each => (string)each["name"]! == name), host.Marks);
        foreach (var (row, audio) in golden["inputs"]!["audio"].Deserialize<string[]>()!.Index())
        {
            using var sound = GoldenSounds.Frames(GoldenSounds.Assemble(audio), host.Description.FrameWidth);
            var frames = golden["inputs"]!["attention_mask"] is null ? marks.Frames : (int)Math.Min(sound.Frames, marks.Frames);
            using var window = await host.EncodeAsync(Features.FromFrames(sound.Read(0, marks.Frames), host.Description.FrameWidth), TestContext.Current.CancellationToken);
            int[] tokens = golden["sequences"]![row].Deserialize<int[]>()!;
            var times = await TimesAsync(host, window, [.. Beginning(marks), marks.NoTimes], tokens, frames);

            // Behind its end a row of a batch is padded, and what has no text has no time.
            var real = tokens.TakeWhile(id => id != marks.End).Count();
            Assert.Equal(golden["token_timestamps"]![row].Deserialize<double[]>()!.Take(real).Select(time => $"{time:0.00}"), times.Take(real).Select(time => $"{time:0.00}"));
        }
    }

    [Theory, MemberData(nameof(LongCases))]
    public async Task TokensOfSeveralWindowsHaveTheReferencesTimes(string fixture, string name)
    {
        var host = fixture == "whisper" ? whisper.Host : english.Host;
        var (golden, marks) = (All(fixture).Single(each => (string)each["name"]! == name), host.Marks);
        using var sound = GoldenSounds.Frames(GoldenSounds.Assemble((string)golden["inputs"]!["audio"]![0]!), host.Description.FrameWidth);
        List<string[]> heard = [];
        for (var seek = 0; seek < sound.Frames;)
        {
            var size = (int)Math.Min(marks.Frames, sound.Frames - seek);
            var frames = new float[marks.Frames * host.Description.FrameWidth];
            sound.Read(seek, size).CopyTo(frames, 0);
            using var window = await host.EncodeAsync(Features.FromFrames(frames, host.Description.FrameWidth), TestContext.Current.CancellationToken);
            var beginning = Beginning(marks);
            var ids = (await host.WriteAsync(
                new()
                {
                    Encoded = window,
                    Prefix = beginning[1..],
                    Options = new() { DecoderStartTokenId = beginning[0], NumBeams = 1 },
                    Rules = [new TimestampRule(marks.Zero, marks.End, marks.NoTimes, 50)],
                },
                TestContext.Current.CancellationToken)).Best.Ids;
            var times = await TimesAsync(host, window, beginning, [.. ids], size);
            var (cut, at) = (WindowCut.Of(ids, size, marks), 0);
            foreach (var segment in cut.Segments)
            {
                heard.Add([.. segment.Ids.Select(id => $"{id}@{(seek / 100.0) + times[at++]:0.00}")]);
            }

            seek += cut.Moves;
        }

        // The time behind a last pair is left out here.
        var expected = golden["segments"]![0]!.AsArray().Select(segment =>
            segment!["tokens"].Deserialize<int[]>()!.Zip(segment["token_timestamps"].Deserialize<double[]>()!, (id, time) => $"{id}@{time:0.00}").ToArray());
        Assert.Equal(expected.Zip(heard, (theirs, ours) => string.Join(' ', theirs.Take(ours.Length))), heard.Select(ours => string.Join(' ', ours)));
    }

    private static int[] Beginning(SpeechMarks marks) => marks.Beginning(marks.Languages.Count > 0 ? "<|en|>" : null, SpeechTask.Transcribe);

    // When each token was said, in seconds within a window: which step it is reached at on the path through the attention that wrote it. Of the window so many frames are sound.
    private static async Task<double[]> TimesAsync(CheckpointHost host, IEncodedInput window, int[] beginning, int[] tokens, int frames)
    {
        var marks = host.Marks;
        var written = await host.WriteAsync(
            new()
            {
                Encoded = window,
                Prefix = [.. beginning[1..], .. tokens, marks.End],
                Options = new() { DecoderStartTokenId = marks.Start, MaxNewTokens = 1, NumBeams = 1, EosTokenId = [marks.NoTimes], SuppressTokens = [], BeginSuppressTokens = [] },
                Attention = new() { Heads = host.Description.AlignmentHeads },
            },
            TestContext.Current.CancellationToken);
        // A row is of the step that chose a token, and was fed the one before it.
        var heads = written.Best.Attention.Select(head => Rows(head, beginning.Length, tokens.Length)).ToArray();
        var table = AttentionTable.Of(heads, frames / marks.FramesPerStep, sumsToOne: false);
        var costs = new double[table.GetLength(0), table.GetLength(1)];
        foreach (var (i, value) in table.Cast<double>().Index())
        {
            costs[i / costs.GetLength(1), i % costs.GetLength(1)] = -value;
        }

        return [.. TimeWarping.Reached(costs).Select(step => step * marks.SecondsPerStep)];
    }

    private static float[,] Rows(float[,] head, int first, int count)
    {
        var rows = new float[count, head.GetLength(1)];
        Array.Copy(head, first * head.GetLength(1), rows, 0, rows.Length);
        return rows;
    }

    private static IEnumerable<JsonNode> All(string fixture) => JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "golden", "generate.json")))!.AsArray().OfType<JsonNode>();
}
