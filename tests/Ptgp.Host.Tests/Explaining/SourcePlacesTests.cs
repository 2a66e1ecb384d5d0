using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Host.Explaining;

namespace Ptgp.Host.Tests.Explaining;

public sealed class SourcePlacesTests
{
    private static readonly ITokenizer tokenizer = CheckpointFolder.Open(Repository.Fixture("models", "bert-qa")).LoadTokenizer();

    [Fact]
    public void TokensAreFoundInTheTextsThatTheyComeFrom()
    {
        var input = JsonNode.Parse("""{ "question": "Where do dogs play?", "context": ["Two dogs play in the snow."], "topK": 2 }""")!;
        var encoded = tokenizer.Encode("Where do dogs play?", new() { Pair = "Two dogs play in the snow." });
        var places = SourcePlaces.OfTokens(tokenizer, [.. encoded.Ids], input);
        Assert.Equal(encoded.Tokens.Select(token => token.Sequence switch { 0 => "question", 1 => "context[0]", _ => null }), places.Select(place => place.Field));
        Assert.All(encoded.Tokens.Zip(places).Where(pair => pair.First.Sequence >= 0), pair =>
        {
            Assert.Equal((pair.First.Start, pair.First.Length), (pair.Second.Start, pair.Second.Length));
            Assert.Equal((pair.First.Sequence == 0 ? "Where do dogs play?" : "Two dogs play in the snow.").Substring(pair.First.Start, pair.First.Length), pair.Second.Text);
        });
        Assert.Equal(["[CLS]", "[SEP]", "[SEP]"], places.Where(place => place.IsSpecial).Select(place => place.Text));
    }

    [Fact]
    public void AWindowOfATextIsFoundWhereItStands()
    {
        const string text = "Two dogs play in the snow. Two men play in the sun.";
        var tokens = tokenizer.Tokenize(text);
        var window = tokens.Skip(8).ToArray();
        var places = SourcePlaces.OfTokens(tokenizer, [.. window.Select(token => token.Id)], JsonValue.Create(text));
        Assert.All(window.Zip(places), pair => Assert.Equal(("", pair.First.Start), (pair.Second.Field, pair.Second.Start)));
    }

    [Fact]
    public void WhatComesFromNoTextIsNamedByItsOwn()
    {
        tokenizer.TryFind("the", out var the);
        var place = Assert.Single(SourcePlaces.OfTokens(tokenizer, [the], JsonValue.Create(3)));
        Assert.Equal(("the", "the", null, false), (place.Text, place.Entry, place.Field, place.IsSpecial));
        Assert.Equal(new TokenName(1 << 20, "#1048576", "#1048576", true), SourcePlaces.Name(tokenizer, 1 << 20));
    }

    [Theory]
    [InlineData(3, 2, new[] { "frame 0–1", "frame 2–3", "frame 4–5" }, 1)]
    [InlineData(2, 1, new[] { "frame 0", "frame 1" }, 1)]
    public void FramesAreNamedByTheirNumbers(int count, int each, string[] names, int span)
    {
        var (places, covered) = SourcePlaces.OfSpans(count, "frame", each);
        Assert.Equal(names, places.Select(place => place.Text));
        Assert.Equal(span, covered);
    }

    [Theory]
    [InlineData(3, 2, 0.01, "0.00–0.02 s", "0.04–0.06 s", 3)]
    [InlineData(1500, 2, 0.01, "0.00–0.24 s", "29.76–30.00 s", 125)]
    [InlineData(130, 1, 0.5, "0.00–1.00 s", "64.00–65.00 s", 65)]
    public void FramesOfTimeAreNamedByTheirSeconds(int count, int each, double seconds, string first, string last, int names)
    {
        var (places, _) = SourcePlaces.OfSpans(count, "frame", each, seconds);
        Assert.Equal((first, last, names), (places[0].Text, places[^1].Text, places.Count));
    }

    [Fact]
    public void ManyFramesAreNamedInSpans()
    {
        var (places, covered) = SourcePlaces.OfSpans(1500, "frame", 2);
        Assert.Equal((125, 12), (places.Count, covered));
        Assert.Equal(("frame 0–23", "frame 2976–2999"), (places[0].Text, places[^1].Text));
    }
}
