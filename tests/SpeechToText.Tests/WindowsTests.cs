using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.SpeechToText.Tests;

/// <summary>The steps from window to window equal the references', without a model.</summary>
public class WindowsTests(WhisperParityTests.Shared shared) : IClassFixture<WhisperParityTests.Shared>
{
    private readonly Marks marks = shared.Host.Marks;

    public static TheoryData<int> Cuts => [.. Enumerable.Range(0, Steps()["segments"]!.AsArray().Count)];

    public static TheoryData<string> Prompts => [.. Steps()["prompts"]!.AsArray().Where(each => each!["segments"]!.AsArray().Count == 1).Select(each => (string)each!["name"]!)];

    [Theory, MemberData(nameof(Cuts))]
    public void TokensAreCutAtTheirTimes(int at)
    {
        var golden = Steps()["segments"]![at]!;
        var (tokens, seek) = (golden["tokens"].Deserialize<int[]>()!, (int)golden["seek"]!);
        var cut = Cut.Of(tokens, (int)golden["frames"]!, marks);
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

    [Theory, MemberData(nameof(Prompts))]
    public void AWindowIsToldWhatWasWrittenBefore(string name)
    {
        var golden = Steps()["prompts"]!.AsArray().Single(each => (string)each!["name"]! == name)!;
        var initial = golden["prompt_ids"].Deserialize<int[]>()?[1..] ?? [];
        var history = new History(initial, 223, (string)golden["prompt_condition_type"]! == "all-segments");
        history.Add(golden["segments"]![0]!.AsArray().SelectMany(tokens => Closed(tokens.Deserialize<int[]>()!)));
        if (!(bool)golden["condition"]![0]!)
        {
            history.Forget();
        }

        int[] beginning = golden["init_tokens"].Deserialize<int[]>()!;
        int[] expected = [.. golden["decoder_input_ids"]![0].Deserialize<int[]>()!];
        if (expected.Length > 1 + 223 + beginning.Length)
        {
            // transformers counts the tokens of a prompt for all on top, openai-whisper among the others.
            expected = [.. expected[..(1 + initial.Length)], .. expected[(1 + (2 * initial.Length))..]];
        }

        int[] told = history.Prompt.Count > 0 ? [marks.Previous, .. history.Prompt, .. beginning] : beginning;
        Assert.Equal(expected, told);
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
    private int[] Closed(int[] ids) => ids.Length > 1 && marks.IsTime(ids[^1]) && marks.IsTime(ids[^2]) ? ids[..^1] : ids;

    private static JsonNode Steps() => JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", "whisper", "golden", "longform-steps.json")))!;
}
