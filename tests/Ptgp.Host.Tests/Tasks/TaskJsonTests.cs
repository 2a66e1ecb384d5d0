using System.Text.Json;
using System.Text.Json.Serialization;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Tasks;

public class TaskJsonTests
{
    private readonly TaskJson json = new();

    private enum Mood { Good, VeryBad }

    [Fact]
    public void NamesAreInCamelCaseAndNullIsLeftOut() =>
        Assert.Equal("""{"text":"Äpfel & \"Birnen\"","mood":"veryBad"}""", json.Write(new Answer("Äpfel & \"Birnen\"", Mood.VeryBad, null)).ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    [Fact]
    public void AnInputIsReadWhateverElseItsLineHolds() => Assert.Equal(new Answer("a", Mood.Good, 3), json.Read<Answer>(Parse("""{"id": 7, "text": "a", "mood": "good", "score": 3}""")));

    [Fact]
    public void FieldsThatNothingReadsAreFoundWhereverTheyStand()
    {
        Assert.Equal(["id", "Texd"], json.Unknown<Answer>(Parse("""{"id": 7, "TEXT": "a", "mood": "good", "score": 3, "Texd": null}""")).Select(field => field.Name));
        var within = Assert.Single(json.Unknown<Talk>(Parse("""{"turns": [{"text": "a", "mood": "good"}, {"text": "b", "mood": "good", "who": {"x": 1}}], "notes": {"any": 1}, "rest": {"x": {"y": 2}}}""")));
        Assert.Equal(("turns", "who"), (within.Within, within.Name));
        Assert.Equal(["text", "mood", "score"], within.Known);
        Assert.Empty(json.Unknown<string>(Parse("\"a\"")));
        Assert.Empty(json.Unknown<Open>(Parse("""{"any": 1}""")));
    }

    [Theory]
    [InlineData("""{"mood": "good"}""", "lacks \"text\" and \"score\":")]
    [InlineData("""{"text": 5, "mood": "good", "score": 1}""", "its \"text\" is 5:")]
    [InlineData("""{"text": null, "mood": "good", "score": 1}""", "its \"text\" is null:")]
    [InlineData("""{"text": "a", "mood": "godo", "score": 1}""", "its \"mood\" is \"godo\":")]
    [InlineData("[1]", "is")]
    public void AnInputThatDoesNotFitIsToldWhatWould(string line, string fault)
    {
        Assert.Equal(
            $"It must be an object with \"text\" (required), \"mood\" (required), \"score\" (required), but {fault} {line}.",
            Assert.Throws<JsonException>(() => json.Read<Answer>(Parse(line))).Message);
    }

    [Fact]
    public void HalfASurrogatePairIsNamed() => Assert.Equal(
        "It must be text throughout, but has an escape of half a surrogate pair: {\"text\": \"a\\ud800\", \"mood\": \"good\"}.",
        Assert.Throws<JsonException>(() => json.Read<Answer>(Parse("""{"text": "a\ud800", "mood": "good"}"""))).Message);

    [Fact]
    public void AnExampleIsReadAsWhatItIsAnExampleOf()
    {
        Assert.Equal("""{"text": "…", "mood": "good", "score": 0}""", json.Example<Answer>());
        Assert.Equal("""{"first": "…"}""", json.Example<Loose>());
        Assert.Equal("\"…\"", json.Example<string>());
        Assert.Equal("""{"texts": ["…"], "isTrue": true}""", json.Example<Several>());
        Assert.Equal(new Answer("…", Mood.Good, 0), json.Read<Answer>(Parse(json.Example<Answer>())));
        Assert.Equal(["…"], json.Read<Several>(Parse(json.Example<Several>())).Texts);
    }

    [Fact]
    public void NullIsNoInput() => Assert.Throws<JsonException>(() => json.Read<Answer>(Parse("null")));

    private static JsonElement Parse(string text) => JsonDocument.Parse(text).RootElement;

    private sealed record Loose
    {
        public string? First { get; init; }

        public int? Second { get; init; }
    }

    private sealed record Several(IReadOnlyList<string> Texts, bool IsTrue);

    private sealed record Talk(IReadOnlyList<Answer> Turns, IReadOnlyDictionary<string, int> Notes, JsonElement Rest);

    private sealed record Open
    {
        [JsonExtensionData]
        public IDictionary<string, JsonElement>? Others { get; init; }
    }

    private sealed record Answer(string Text, Mood Mood, double? Score);
}
