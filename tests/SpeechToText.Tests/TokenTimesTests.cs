using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.SpeechToText.Tests;

/// <summary>
/// The times that transformers gives each token of a window: by the same attention and the same path as those of words, which openai-whisper gives from the tokens written once more.
/// It leaves the rows of attention as they are where openai-whisper makes them sum to 1 over the sound, and leaves out those of what was given.
/// Not compared are those of sequences that are put together of several windows: the tokens of such are those of their segments.
/// </summary>
public class TokenTimesTests(WhisperParityTests.Shared whisper, GenerateParityTests.English english) : IClassFixture<WhisperParityTests.Shared>, IClassFixture<GenerateParityTests.English>
{
    public static TheoryData<string, string> Cases => [.. new[] { "whisper", "whisper-en" }.SelectMany(fixture => All(fixture)
        .Where(each => each["token_timestamps"] is not null && each["segments"] is null).Select(each => (fixture, (string)each["name"]!)))];

    [Theory, MemberData(nameof(Cases))]
    public async Task TokensHaveTheReferencesTimes(string fixture, string name)
    {
        var host = fixture == "whisper" ? whisper.Host : english.Host;
        var (golden, marks) = (All(fixture).Single(each => (string)each["name"]! == name), host.Marks);
        foreach (var (row, audio) in golden["inputs"]!["audio"].Deserialize<string[]>()!.Index())
        {
            var samples = GoldenSounds.Assemble(audio);
            using var sound = GoldenSounds.Frames(samples, host.Description.FrameWidth);
            var frames = golden["inputs"]!["attention_mask"] is null ? marks.Frames : (int)Math.Min(sound.Frames, marks.Frames);
            using var window = await host.EncodeAsync(Features.FromFrames(sound.Read(0, marks.Frames), host.Description.FrameWidth), TestContext.Current.CancellationToken);
            int[] tokens = golden["sequences"]![row].Deserialize<int[]>()!;
            int[] beginning = [.. marks.Beginning(marks.Languages.Count > 0 ? "<|en|>" : null, SpeechTask.Transcribe), marks.NoTimes];
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

            // Behind its end a row of a batch is padded, and what has no text has no time.
            var real = tokens.TakeWhile(id => id != marks.End).Count();
            Assert.Equal(
                golden["token_timestamps"]![row].Deserialize<double[]>()!.Take(real).Select(time => $"{time:0.00}"),
                TimeWarping.Reached(costs).Take(real).Select(step => $"{step * marks.SecondsPerStep:0.00}"));
        }
    }

    private static float[,] Rows(float[,] head, int first, int count)
    {
        var rows = new float[count, head.GetLength(1)];
        Array.Copy(head, first * head.GetLength(1), rows, 0, rows.Length);
        return rows;
    }

    private static IEnumerable<JsonNode> All(string fixture) => JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "golden", "generate.json")))!.AsArray().OfType<JsonNode>();
}
