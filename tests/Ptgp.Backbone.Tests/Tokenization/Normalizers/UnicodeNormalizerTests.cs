using System.Text;

using Ptgp.Backbone.Tokenization;
using Ptgp.Backbone.Tokenization.Normalizers;

namespace Ptgp.Backbone.Tests.Tokenization.Normalizers;

public class UnicodeNormalizerTests
{
    // The cases are those that the standard's annex 15 explains, and one of each kind of its conformance test.
    [Theory]
    [InlineData("plain", "plain", "plain", "plain", "plain")]
    [InlineData("é", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("e\u0301", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("\u212B", "Å", "A\u030A", "Å", "A\u030A")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("\uFB01", "\uFB01", "\uFB01", "fi", "fi")]
    [InlineData("\u0044\u0307\u0323", "\u1E0C\u0307", "D\u0323\u0307", "\u1E0C\u0307", "D\u0323\u0307")]
    [InlineData("\uD55C", "\uD55C", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB", "\uD55C", "\u1112\u1161\u11AB")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("\uFDFA", "\uFDFA", "\uFDFA", "صلى الله عليه وسلم", "صلى الله عليه وسلم")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    [InlineData("a\u0315\u0300\u05AE\u0062", "\u00E0\u05AE\u0315b", "a\u05AE\u0300\u0315b", "\u00E0\u05AE\u0315b", "a\u05AE\u0300\u0315b")]
    public void TheFourFormsAreTheStandards(string text, string c, string d, string kc, string kd)
    {
        Assert.Equal(c, Apply(text, NormalizationForm.FormC));
        Assert.Equal(d, Apply(text, NormalizationForm.FormD));
        Assert.Equal(kc, Apply(text, NormalizationForm.FormKC));
        Assert.Equal(kd, Apply(text, NormalizationForm.FormKD));
    }

    [Fact]
    public void EveryCharacterKeepsItsFormWhenFormedAgain()
    {
        for (var value = 0; value < 0x30000; value++)
        {
            if (value is >= 0xD800 and < 0xE000)
            {
                continue;
            }

            var text = char.ConvertFromUtf32(value);
            var (decomposed, compatible) = (Apply(text, NormalizationForm.FormD), Apply(text, NormalizationForm.FormKD));
            if (decomposed == text && compatible == text)
            {
                continue;
            }

            Assert.Equal(decomposed, Apply(decomposed, NormalizationForm.FormD));
            Assert.Equal(compatible, Apply(decomposed, NormalizationForm.FormKD));
            Assert.Equal(Apply(text, NormalizationForm.FormC), Apply(decomposed, NormalizationForm.FormC));
            Assert.Equal(Apply(text, NormalizationForm.FormKC), Apply(compatible, NormalizationForm.FormC));
        }
    }

    private static string Apply(string text, NormalizationForm form)
        => new UnicodeNormalizer(form).Apply(AlignedText.From(text, 0, text.Length)).Characters.ToString();
}
