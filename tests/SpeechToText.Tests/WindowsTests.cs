using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Toolkit.Text;

namespace Ptgp.SpeechToText.Tests;

/// <summary>The steps from window to window equal the references', without a model.</summary>
public class WindowsTests(WhisperParityTests.Shared whisper, GenerateParityTests.English english) : IClassFixture<WhisperParityTests.Shared>, IClassFixture<GenerateParityTests.English>
{
    private static readonly string[] Fixtures = ["whisper", "whisper-en"];

    public static TheoryData<string, int> Cuts => [.. Fixtures.SelectMany(fixture => Enumerable.Range(0, Steps(fixture)["segments"]!.AsArray().Count).Select(at => (fixture, at)))];

    public static TheoryData<string, string> Prompts => [.. Fixtures.SelectMany(fixture => Steps(fixture)["prompts"]!.AsArray().Select(each => (fixture, (string)each!["name"]!)))];

    [Theory, MemberData(nameof(Cuts))]
    public void TokensAreCutAtTheirTimes(string fixture, int at)
    {
        var (golden, marks) = (Steps(fixture)["segments"]![at]!, Host(fixture).Marks);
        var (tokens, seek) = (golden["tokens"].Deserialize<int[]>()!, (int)golden["seek"]!);
        var cut = WindowCut.Of(tokens, (int)golden["frames"]!, marks);
        Assert.Equal((int)golden["moves_by_frames"]!, cut.Moves);
        var expected = golden["segments"]!.AsArray();
        Assert.Equal(expected.Count, cut.Segments.Count);
        foreach (var (i, (one, other)) in expected.Zip(cut.Segments).Index())
        {
            Assert.Equal((double)one!["start"]!, (seek / 100.0) + other.Start, 1e-4);
            Assert.Equal((double)one["end"]!, (seek / 100.0) + other.End, 1e-4);
            // transformers keeps the time behind a last pair in the segment, openai-whisper does not.
            var ids = one["tokens"].Deserialize<int[]>()!;
            var hasPair = i == expected.Count - 1 && !cut.IsWhole && ids.Length >= 2 && marks.IsTime(ids[^1]) && marks.IsTime(ids[^2]) && other.Ids.Count < ids.Length;
            Assert.Equal(hasPair ? ids[..^1] : ids, other.Ids);
        }
    }

    /// <summary>Each row of a batch as if it were alone. Where the first row has nothing yet, transformers tells none of the others anything, which nobody who is heard beside it would expect: here it is told.</summary>
    [Theory, MemberData(nameof(Prompts))]
    public void AWindowIsToldWhatWasWrittenBefore(string fixture, string name)
    {
        var (golden, marks) = (Steps(fixture)["prompts"]!.AsArray().Single(each => (string)each!["name"]! == name)!, Host(fixture).Marks);
        var initial = golden["prompt_ids"].Deserialize<int[]>()?[1..] ?? [];
        int[] beginning = golden["init_tokens"].Deserialize<int[]>()!;
        var most = (Host(fixture).Description.MaxTargetLength / 2) - 1;
        foreach (var (row, segments) in golden["segments"]!.AsArray().Index())
        {
            var history = new History(initial, most, (string)golden["prompt_condition_type"]! == "all-segments");
            history.Add(segments!.AsArray().SelectMany(tokens => Closed(tokens.Deserialize<int[]>()!, marks)));
            if (!(bool)golden["condition"]![row]!)
            {
                history.Forget();
            }

            int[] told = history.Prompt.Count > 0 ? [marks.Previous, .. history.Prompt, .. beginning] : beginning;
            Assert.Equal(name.StartsWith("batch: the first has nothing", StringComparison.Ordinal) && row > 0 ? [marks.Previous, 5, 6, .. beginning] : Expected(golden, row, initial.Length, most, marks), told);
        }
    }

    // Without the padding to its left.
    private static int[] Expected(JsonNode golden, int row, int initial, int most, SpeechMarks marks)
    {
        int[] ids = golden["decoder_input_ids"]![row].Deserialize<int[]>()!, beginning = golden["init_tokens"].Deserialize<int[]>()!;
        ids = [.. ids.Where((_, i) => golden["decoder_attention_mask"] is not JsonArray mask || (int)mask[row]![i]! == 1)];
        // The mark of what was said before stands there too where nothing was.
        ids = ids.SequenceEqual([marks.Previous, .. beginning]) ? beginning : ids;
        // transformers counts the tokens of a prompt for all on top, openai-whisper among the others.
        return ids.Length > 1 + most + beginning.Length ? [.. ids[..(1 + initial)], .. ids[(1 + (2 * initial))..]] : ids;
    }

    [Theory]
    [InlineData("whisper")]
    [InlineData("whisper-en")]
    public void TextsOfTokensAndTokensOfPromptsAreTheReferences(string fixture)
    {
        var (golden, marks) = (JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "golden", "prompts.json")))!, Host(fixture).Marks);
        Assert.All(golden["prompt_ids"]!.AsArray(), each => Assert.Equal(each![1].Deserialize<int[]>()!, (int[])[marks.Previous, .. marks.Encode((string)each[0]!)]));
        foreach (var each in golden["decode"]!.AsArray())
        {
            // What stands before the start is what was said before.
            int[] ids = each!["ids"].Deserialize<int[]>()!;
            Assert.Equal((string)each["skip_special"]!, marks.Text(ids.Skip(Array.IndexOf(ids, marks.Start) + 1)));
        }
    }

    [Fact]
    public void TextThatRepeatsItselfIsFoundByCompressing()
    {
        var texts = JsonNode.Parse(File.ReadAllText(Repository.Fixture("audio", "compression.json")))!["openai"]!.AsArray();
        Assert.Equal(8, texts.Count);
        foreach (var each in texts)
        {
            var (text, packed, ratio) = ((string)each!["text"]!, (double)each["compressed"]!, (double)each["ratio"]!);
            var mine = Compression.Ratio(text);
            Assert.Equal(ratio > 2.4, mine > 2.4);
            Assert.InRange(text.Length == 0 ? packed : Encoding.UTF8.GetByteCount(text) / mine, packed - Math.Max(3, 0.03 * packed), packed + Math.Max(3, 0.03 * packed));
        }
    }

    // openai-whisper leaves the time behind a last pair out of the segment.
    private static int[] Closed(int[] ids, SpeechMarks marks) => ids.Length > 1 && marks.IsTime(ids[^1]) && marks.IsTime(ids[^2]) ? ids[..^1] : ids;

    private static JsonNode Steps(string fixture) => JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", fixture, "golden", "longform-steps.json")))!;

    private CheckpointHost Host(string fixture) => fixture == "whisper" ? whisper.Host : english.Host;
}
