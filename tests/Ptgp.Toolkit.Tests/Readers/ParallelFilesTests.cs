using Ptgp.Toolkit.Readers;

namespace Ptgp.Toolkit.Tests.Readers;

public sealed class ParallelFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void LinesOfTheSameNumberBelongTogether()
    {
        var (first, second) = (folder.Write("a.en", "\ufeffone\r\n\r\nthree\r\n"), folder.Write("a.de", "eins\n\ndrei"));
        Assert.Equal([("one", "eins"), ("", ""), ("three", "drei")], ParallelFiles.Read(first, second).Select(pair => (pair.First.Text, pair.Second.Text)));
    }

    [Theory]
    [InlineData("a\nb\nc\nd\n", "a\nb\n", "de(3)", 4, 2)]
    [InlineData("a\n", "a\nb\nc\n", "en(2)", 1, 3)]
    [InlineData("", "a\n", "en(1)", 0, 1)]
    public void UnequalNumbersOfLinesAreAnErrorThatNamesBoth(string firstText, string secondText, string place, int firstCount, int secondCount)
    {
        var (first, second) = (folder.Write("a.en", firstText), folder.Write("a.de", secondText));
        var error = Assert.Throws<InvalidDataException>(() => ParallelFiles.Read(first, second).Count());
        Assert.Equal($"{folder["a." + place]}: parallel files must have a line for each line of the other, but '{first}' has {firstCount} and '{second}' has {secondCount}.", error.Message);
    }

    [Theory]
    [InlineData("train.{en,de}", "train.en", "train.de")]
    [InlineData("{src,tgt}.txt", "src.txt", "tgt.txt")]
    [InlineData("train.en", "train.en", "train.de")]
    [InlineData("train.deu.en", "train.deu.en", "train.deu.de")]
    public void APathStandsForTwoFiles(string path, string first, string second)
    {
        foreach (var name in (string[])["train.en", "train.de", "train.deu.en", "train.deu.de"])
        {
            folder.Write(name, "");
        }

        Assert.Equal((folder[first], folder[second]), ParallelFiles.Find(folder[path], ["eng", "en"], ["deu", "de"]));
    }

    [Theory]
    [InlineData("train.tsv")]
    [InlineData("train.{en}")]
    [InlineData("train.{en,de,fr}")]
    [InlineData("alone.en")]
    [InlineData("train")]
    public void OtherPathsStandForNone(string path) => Assert.Null(ParallelFiles.Find(folder[path], ["en"], ["de"]));

    public void Dispose() => folder.Dispose();
}
