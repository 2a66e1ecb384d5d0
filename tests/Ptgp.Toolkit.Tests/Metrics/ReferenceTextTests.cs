using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

public class ReferenceTextTests
{
    // What Python 3 prints for f"{x:.1f}" and f"{x:.2f}".
    [Theory]
    [InlineData(6.25, 1, "6.2")]
    [InlineData(18.75, 1, "18.8")]
    [InlineData(0.125, 2, "0.12")]
    [InlineData(0.375, 2, "0.38")]
    [InlineData(2.675, 2, "2.67")]
    [InlineData(0.15, 1, "0.1")]
    [InlineData(99.999, 2, "100.00")]
    public void NumbersArePrintedAsPythonPrintsThem(double value, int decimals, string expected) =>
        Assert.Equal(expected, ReferenceText.Print(value, decimals));

    // What Python 3 gives for str.lower.
    [Theory]
    [InlineData("ΟΔΟΣ ΟΔΟΣ.", "οδος οδος.")]
    [InlineData("ΣΑΣ'", "σας'")]
    [InlineData("Σ", "σ")]
    [InlineData("İSTANBUL", "i̇stanbul")]
    [InlineData("STRASSE ẞ", "strasse ß")]
    [InlineData("𐐀", "𐐨")]
    public void CaseIsLoweredAsPythonLowersIt(string text, string expected) => Assert.Equal(expected, ReferenceText.Lower(text));

    [Fact]
    public void WordsStandBetweenWhatPythonCallsWhiteSpace() =>
        Assert.Equal(["a", "b\u200bc", "d", "e"], ReferenceText.Words("\u2003a\u001cb\u200bc\u00a0d\r\n\te \u0085"));
}
