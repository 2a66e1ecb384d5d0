using System.Text;
using System.Text.RegularExpressions;

using CsCheck;

using Ptgp.Backbone.Tokenization.Patterns;

namespace Ptgp.Backbone.Tests.Tokenization.Patterns;

public class PatternTests
{
    private const string Llama = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData(Gpt2)]
    [InlineData(Llama)]
    [InlineData(Qwen)]
    public void TheScanByHandFindsWhatTheExpressionFinds(string expression)
    {
        var pattern = Assert.IsType<ByteLevelPattern>(RegexPattern.For(expression, "test"));
        var regex = new Regex(expression, RegexOptions.CultureInvariant);
        const string Letters = "ab'stSTrevRELlmd019Ⅳ \t\n\r\u00A0.,!-é中\u0301ß";
        Gen.Int[0, Letters.Length - 1].Select(i => Letters[i]).Array[0, 30].Select(letters => new string(letters)).Sample(
            text => Assert.Equal(regex.Matches(text).Select(match => (match.Index, match.Length)), Find(pattern, text)), iter: 20_000);
    }

    [Theory]
    [InlineData(Gpt2)]
    [InlineData(Llama)]
    public void LettersBeyondTheFirstPlaneAreLetters(string expression)
        => Assert.Equal([(0, 4), (4, 5)], Find(RegexPattern.For(expression, "test"), "a𝐛c 𝐱𝐲"));

    [Fact]
    public void AnyOtherExpressionSeesCharactersBeyondTheFirstPlaneWhole()
    {
        Assert.Equal([(0, 3), (3, 3), (6, 2)], Find(RegexPattern.For(@"\p{L}{2}|[^a\p{L}]", "test"), "a𝐛𝐜a👍"));
        Assert.Equal([(0, 2), (2, 2)], Find(RegexPattern.For(".", "test"), "👍👍"));
    }

    [Fact]
    public void RunsOfAtLeastSoManyAreFoundAsTheExpressionFindsThem()
        => Assert.Equal([(1, 2), (6, 3)], Find(RegexPattern.For(" {2,}", "test"), "a  b c   "));

    [Fact]
    public void WordsAndSignsAreFoundApart()
        => Assert.Equal([(0, 5), (6, 3), (9, 1)], Find(new WordPattern(), "Hello a_é!"));

    [Fact]
    public void EveryCharacterAloneOrRuns()
    {
        Assert.Equal([(0, 1), (1, 1)], Find(new CharacterPattern(Rune.IsDigit), "12a"));
        Assert.Equal([(0, 2)], Find(new CharacterPattern(Rune.IsDigit, run: 2), "12a3"));
    }

    private static List<(int Start, int Length)> Find(TextPattern pattern, string text)
    {
        var found = new List<(int, int)>();
        pattern.Find(text, found);
        return found;
    }
}
