using Ptgp.Toolkit.Alignment;

namespace Ptgp.Toolkit.Tests.Alignment;

public sealed class UnknownWordsTests : IDisposable
{
    private const int Unknown = 2;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    // The source 'a Café in Zürich' is read as a| Caf|é| in| Zürich|end; each row looks at one of these.
    [Theory]
    [InlineData("ein| |?| in|?", "0 1 2 3 4", "ein Café in Zürich")]
    [InlineData("ein|?| in|?", "0 1 3 4", "ein Café in Zürich")]
    [InlineData("ein| Caf|?", "0 1 2", "ein Café")]
    [InlineData("ein| |?|?| in", "0 1 1 2 3", "ein Café in")]
    [InlineData("?|?", "4 4", "Zürich")]
    [InlineData("?|?|.", "4 1 0", "Zürich Café.")]
    [InlineData("?|?", "0 2", "a Café")]
    [InlineData("ein (|?|)", "0 1 5", "ein (Café)")]
    [InlineData("ein| in", "0 3", "ein in")]
    public void AnUnknownTokenBecomesWhatWasReadForIt(string written, string looks, string text) => Assert.Equal(text, Replaced(written, looks));

    [Fact]
    public void ADictionaryTranslatesWholeWords()
    {
        var path = folder.Write("words.tsv", "zürich\tZurich\n\nCafé\tKaffeehaus\n");
        Assert.Equal("ein Kaffeehaus in Zurich", Replaced("ein|?| in|?", "0 1 3 4", path));
        Assert.Equal("ein Café", Replaced("ein| Caf|?", "0 1 2", path));
    }

    [Fact]
    public void ALineThatIsNoPairIsAnErrorThatNamesIt()
    {
        var path = folder.Write("words.tsv", "Zürich\tZurich\nCafé Kaffeehaus\n");
        var fault = Assert.Throws<InvalidDataException>(() => new UnknownWords(Unknown, path));
        Assert.Equal($"{path}(2): a line must be 'word<tab>translation', but is 'Café Kaffeehaus'.", fault.Message);
    }

    private static string Replaced(string written, string looks, string? dictionary = null)
    {
        var texts = written.Split('|');
        int[] ids = [.. texts.Select(text => text == "?" ? Unknown : 9)], columns = [.. looks.Split(' ').Select(int.Parse)];
        texts = [.. texts.Select(text => text == "?" ? "" : text)];
        var attention = new float[texts.Length, 6];
        for (var row = 0; row < texts.Length; row++)
        {
            attention[row, columns[row]] = 0.4f;
            attention[row, 5] = 0.6f;     // the end, where most looks go
        }

        new UnknownWords(Unknown, dictionary).Replace(texts, ids, attention, "a Café in Zürich", [0..1, 1..5, 5..6, 6..9, 9..16, 0..0]);
        return string.Concat(texts);
    }
}
