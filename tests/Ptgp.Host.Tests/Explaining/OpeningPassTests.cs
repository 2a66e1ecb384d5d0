using Ptgp.Host.Explaining;

namespace Ptgp.Host.Tests.Explaining;

public class OpeningPassTests
{
    [Theory]
    [InlineData(1, "zero one two", "", "<|0.00|> Zero one.<|0.50|> two<|1.00|>", " Zero one. two")]
    [InlineData(2, "zero one two", "", " uh uh uh uh uh", " zero one two")]
    [InlineData(2, "A short end.", "The first part is long and says a lot.", "The second part says more.", "A short end.")]
    [InlineData(0, "Zwei Hunde.", "Zwei Hunde.", "Two dogs.")]
    [InlineData(1, "一二三", "", "一二三")]
    [InlineData(1, "", "", "nothing of it")]
    [InlineData(0, "no", "", "")]
    [InlineData(0, "x")]
    public void TheOneThatWroteTheAnswerComesFirst(int opening, string answer, params string[] texts) =>
        Assert.Equal(opening, OpeningPass.Of([.. texts.Select(text => new ExplainedPass { IsWritten = true, Source = [], Text = text })], answer));
}
