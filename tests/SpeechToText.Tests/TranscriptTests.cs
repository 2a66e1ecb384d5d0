using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.SpeechToText.Tests;

public class TranscriptTests
{
    [Fact]
    public void ItsJsonHasTheReferencesFields()
    {
        var text = File.ReadAllText(Repository.Fixture("audio", "writers", "result.json"));
        var transcript = JsonSerializer.Deserialize<Transcript>(text)!;
        Assert.Equal((8, " End 👍🏽.", "en"), (transcript.Segments!.Count, transcript.Segments[^1].Words![0].Text, transcript.Language));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text), JsonSerializer.SerializeToNode(transcript)));
    }
}
