using System.Text.Json.Nodes;
using Ptgp.Backbone.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.SpeechToText.Tests;

/// <summary>The grammar of times forbids what the references forbid.</summary>
public class TimestampRuleTests
{
    private const int End = 40, NoTimes = 49, Zero = 50;

    public static TheoryData<string> Cases => [.. All().Select(each => (string)each["tensors"]!)];

    [Theory, MemberData(nameof(Cases))]
    public void ItForbidsWhatTheReferencesForbid(string key)
    {
        var golden = All().Single(each => (string)each["tensors"]! == key);
        using var scope = NewDisposeScope();
        using var file = SafeTensorsFile.Open(Repository.Fixture("audio", "timestamp-rules.safetensors"));
        var rule = new TimestampRule(Zero, End, NoTimes, (int?)golden["max_initial_timestamp_index"]);
        int[] written = [.. golden["input_ids"]!.AsArray().Select(id => (int)id!)];
        var begin = (int)golden["begin_index"]!;
        var alone = file.Read(key + ".logits").clone();
        rule.Apply(written, begin, alone);
        Assert.Equal(file.Read(key + ".timestamps_only").data<float>(), alone.data<float>());

        // After all else that forbids, as the engine orders it.
        var scores = file.Read(key + ".logits").clone();
        int[] others = [1, 2, 41, 42, .. written.Length == begin ? new[] { 5, End } : []];
        scores.index_fill_(0, tensor(others.Select(id => (long)id).ToArray()), float.NegativeInfinity);
        rule.Apply(written, begin, scores);
        Assert.Equal(golden["allowed"]!.AsArray().Select(id => (int)id!), Enumerable.Range(0, 120).Where(id => !float.IsNegativeInfinity(scores[id].item<float>())));
        Assert.Equal(file.Read(key + ".all").data<float>(), scores.data<float>());
    }

    private static IEnumerable<JsonNode> All() => JsonNode.Parse(File.ReadAllText(Repository.Fixture("audio", "timestamp-rules.json")))!["cases"]!.AsArray().OfType<JsonNode>();
}
