using System.Text;
using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Tests.Text;

public class NormalFormTests
{
    [Theory]
    [InlineData("plain", NormalizationForm.FormKC, "plain")]
    [InlineData("e\u0301", NormalizationForm.FormC, "\u00E9")]
    [InlineData("\u00E9\uFB01", NormalizationForm.FormD, "e\u0301\uFB01")]
    [InlineData("\u00E9\uFB01\u338F", NormalizationForm.FormKC, "\u00E9fikg")]
    [InlineData("\uAC01\u00BD", NormalizationForm.FormKD, "\u1100\u1161\u11A81\u20442")]
    [InlineData("\U0001F44D\u3067", NormalizationForm.FormKD, "\U0001F44D\u3066\u3099")]
    public void TextIsBroughtToTheForm(string text, NormalizationForm form, string expected) => Assert.Equal(expected, NormalForm.Of(text, form));
}
