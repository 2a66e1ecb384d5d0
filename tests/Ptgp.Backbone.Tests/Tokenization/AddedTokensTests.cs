using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Tokenization.Normalizers;

namespace Ptgp.Backbone.Tests.Tokenization;

public class AddedTokensTests
{
    [Fact]
    public void TheLeftmostAndLongestIsTaken()
        => Assert.Equal("x|[2]|y", Split("xabcy", new AddedToken(1, "ab"), new AddedToken(2, "abc"), new AddedToken(3, "bc")));

    [Fact]
    public void AWordIsNotFoundInsideAnother()
        => Assert.Equal("handy |[1]| andy", Split("handy and andy", new AddedToken(1, "and") { IsWord = true }));

    [Fact]
    public void BlanksAreSwallowedOnTheSidesThatSaySo()
    {
        Assert.Equal("a|[1]|  b", Split("a  <m>  b", new AddedToken(1, "<m>") { StripsLeft = true }));
        Assert.Equal("a  |[1]|b", Split("a  <m>  b", new AddedToken(1, "<m>") { StripsRight = true }));
        Assert.Equal("[1]|[1]", Split(" <m> <m> ", new AddedToken(1, "<m>") { StripsLeft = true, StripsRight = true }));
    }

    [Fact]
    public void ANormalizedTokenIsFoundInNormalizedText()
    {
        Assert.Equal("a |[1]", Split("A YES", new AddedToken(1, "Yes") { IsNormalized = true }));
        Assert.Equal("a yes", Split("A YES", new AddedToken(1, "Yes")));
    }

    [Fact]
    public void ASpecialTokenIsFoundOnlyWhenAskedFor()
    {
        var tokens = new AddedTokens([new(1, "<s>") { IsSpecial = true }, new(2, "<s>x")], null);
        Assert.Equal([null, 1, null], tokens.Split(Text("a<s>b"), withSpecial: true).Select(part => part.Id));
        Assert.Equal([null], tokens.Split(Text("a<s>b"), withSpecial: false).Select(part => part.Id));
        Assert.Equal([2], tokens.Split(Text("<s>x"), withSpecial: false).Select(part => part.Id));
    }

    private static AlignedText Text(string text) => AlignedText.From(text, 0, text.Length);

    private static string Split(string text, params AddedToken[] tokens)
        => string.Join("|", new AddedTokens(tokens, new LowercaseNormalizer()).Split(Text(text), withSpecial: true).Select(part => part.Id is { } id ? $"[{id}]" : part.Text.Characters.ToString()));
}
