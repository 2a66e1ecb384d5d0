using CsCheck;
using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Tests.Text;

public class WordsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("A man, in an orange hat.", "A|man|,|in|an|orange|hat|.")]
    [InlineData("It's 3.5 % (or 1,000)!!", "It's|3.5|%|(|or|1,000|)|!!")]
    [InlineData("z.B. foo,bar", "z.B|.|foo|,|bar")]
    [InlineData("e\u0301te\u0301 \t😀😀 x", "e\u0301te\u0301|😀😀|x")]
    [InlineData("日本語abc、。", "日|本|語|abc|、|。")]
    [InlineData("ไทย", "ไ|ท|ย")]
    public void WordsAreFoundInAnyScript(string text, string words) => Assert.Equal(words, string.Join('|', Words.Of(text).Select(word => text[word])));

    [Fact]
    public void AllThatIsNoSpaceIsInOneWord() => Gen.String[Gen.Char["aB1 ,.'-!\t\n語\u0301\uD83D\uDE00"], 0, 40].Sample(text =>
    {
        var at = 0;
        foreach (var word in Words.Of(text))
        {
            Assert.True(string.IsNullOrWhiteSpace(text[at..word.Start]));
            Assert.True(word.End.Value > word.Start.Value);
            at = word.End.Value;
        }

        Assert.True(string.IsNullOrWhiteSpace(text[at..]));
    });
}
