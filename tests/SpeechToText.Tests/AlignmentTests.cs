using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.SpeechToText.Tests;

/// <summary>The steps from attention to the times of words equal the references'.</summary>
public class AlignmentTests(WhisperParityTests.Shared shared) : IClassFixture<WhisperParityTests.Shared>
{
    public static TheoryData<string> Matrices => [.. Read("audio", "dtw.json")["cases"]!.AsArray().Select(each => (string)each!["name"]!)];

    public static TheoryData<string> Languages => [.. Words().Select(each => (string)each["language"]!)];

    [Theory, MemberData(nameof(Matrices))]
    public void TheCheapestPathIsTheReferences(string name)
    {
        var golden = Read("audio", "dtw.json")["cases"]!.AsArray().Single(each => (string)each!["name"]! == name)!;
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(Repository.Fixture("audio", "dtw.safetensors"));
        var costs = file.Read("dtw." + name).contiguous();
        var table = new double[costs.size(0), costs.size(1)];
        foreach (var (i, value) in costs.data<double>().Index())
        {
            table[i / table.GetLength(1), i % table.GetLength(1)] = value;
        }

        Assert.Equal(golden["text_indices"].Deserialize<int[]>()!.Zip(golden["time_indices"].Deserialize<int[]>()!), TimeWarping.Path(table));
        Assert.Equal(golden["jump_times"].Deserialize<double[]>()!, TimeWarping.Reached(table).Select(column => column * 0.02));
    }

    [Theory]
    [InlineData("input", 1), InlineData("input", 3), InlineData("input", 7), InlineData("input", 9), InlineData("short.input", 7)]
    public void TheMedianIsTheReferences(string input, int width)
    {
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(Repository.Fixture("audio", "dtw.safetensors"));
        var values = file.Read("median." + input);
        var length = (int)values.shape[^1];
        var expected = file.Read($"median.{input.Replace("input", "", StringComparison.Ordinal)}{width}").data<float>().ToArray();
        Assert.Equal(expected, values.data<float>().ToArray().Chunk(length).SelectMany(row =>
        {
            var smooth = new float[length];
            AttentionTable.Smooth(row, smooth, width);
            return smooth;
        }));
    }

    [Theory, MemberData(nameof(Languages))]
    public void TokensAreJoinedToTheReferencesWords(string language)
    {
        var golden = Words().Single(each => (string)each["language"]! == language);
        var words = WordSplit.Of(golden["tokens"].Deserialize<int[]>()!, language, shared.Host.Marks.Text);
        Assert.Equal(golden["words"].Deserialize<string[]>()![..^1], words.Select(word => word.Text));
        Assert.Equal(golden["word_tokens"].Deserialize<int[][]>()![..^1], words.Select(word => word.Ids.ToArray()));
        var options = new SpeechToTextOptions();
        var joined = words.Select((word, i) => new TimedWord(word.Text, word.Ids, i, i + 1, 0.5)).ToArray();
        WordTimes.Join(joined, options.PrependPunctuations, options.AppendPunctuations);
        Assert.Equal(golden["after_merge_punctuations"]!.AsArray().Select(each => (string)each![0]!), joined.Select(word => word.Text));
        Assert.Equal(golden["after_merge_punctuations"]!.AsArray().Select(each => each![1].Deserialize<int[]>()!), joined.Select(word => word.Ids.ToArray()));
    }

    private static IEnumerable<JsonNode> Words() => Read("models", "whisper", "golden", "words.json")["words_openai"]!.AsArray().OfType<JsonNode>();

    private static JsonNode Read(params string[] path) => JsonNode.Parse(File.ReadAllText(Repository.Fixture(path)))!;
}
