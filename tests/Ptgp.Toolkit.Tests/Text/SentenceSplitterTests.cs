using CsCheck;
using Ptgp.Toolkit.Text;

namespace Ptgp.Toolkit.Tests.Text;

public class SentenceSplitterTests
{
    // Sentences are given apart by '|'.
    [Theory]
    [InlineData("en", "Dr. Smith paid $3.50 to J. R. Jones Jr. at 5 p.m. yesterday.| He was happy!| Was he?| \"Yes.\"| (Really.)| E.g. here")]
    [InlineData("en", "It was 1999.| Then came 2000.| The end")]
    [InlineData("en", "See Fig. 3 and No. 7.| No.| It is not.| Visit example.org or a.b. c now.")]
    [InlineData("en", "Yahoo! is a name.| Wait...| What?! he said… and left.")]
    [InlineData("en", "The U.S. Army came.| 1. One thing.| 2. Another thing.")]
    [InlineData("de", "Am 3. Oktober war z.B. Hr. Meier da.| Im Jahr 1990. |Er sagte: „Ja.“| Und ging.")]
    [InlineData("fr", "M. Dupont est là.| « Oui. »| Il part à 10 h.| Fin")]
    [InlineData("es", "¿Qué tal?| ¡Bien!| El Sr. García llegó.| Adiós")]
    [InlineData("ru", "Он жил в г. Москве.| Это было давно.| Конец")]
    [InlineData("ja", "今日は晴れです。|明日は？|「はい。」と言った。|終わり")]
    [InlineData("zh", "你好！|“好。”|再见。")]
    [InlineData("hi", "यह एक वाक्य है।| यह दूसरा है।")]
    [InlineData("ar", "كيف حالك؟| أنا بخير.")]
    [InlineData(null, "A title\n\n|A paragraph that is\nwrapped.|\nIts second sentence")]
    [InlineData(null, "On 24. December.| That is 2024.| Mr. X")]
    public void SentencesAreTold(string? language, string marked)
    {
        var text = marked.Replace("|", "", StringComparison.Ordinal);
        Assert.Equal(marked.Split('|').Select(sentence => sentence.Trim()), SentenceSplitter.Split(text, language).Select(range => text[range]));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n\n \t")]
    public void WhiteSpaceHasNoSentences(string text) => Assert.Empty(SentenceSplitter.Split(text));

    [Fact]
    public void BetweenSentencesStandsWhiteSpaceAlone() =>
        Gen.String[Gen.Char["aB1 .!?\n。」\"…"], 0, 60].Sample(text =>
        {
            var at = 0;
            foreach (var range in SentenceSplitter.Split(text))
            {
                Assert.True(string.IsNullOrWhiteSpace(text[at..range.Start.Value]));
                Assert.Equal(text[range].Trim(), text[range]);
                Assert.NotEmpty(text[range]);
                at = range.End.Value;
            }

            Assert.True(string.IsNullOrWhiteSpace(text[at..]));
        });
}
