using System.Text;
using Ptgp.Toolkit.Readers;

namespace Ptgp.Toolkit.Tests.Readers;

public sealed class TableTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void TsvWithAHeaderHasNamedColumns()
    {
        var row = Assert.Single(TsvFile.Read(folder.Write("a.tsv", "\ufeffEN\tde\r\n\r\na \"quoted\" cat\tKatze\r\n"), fields => fields.Contains("de")));
        Assert.Equal(["EN", "de"], row.Fields);
        Assert.Equal(("a \"quoted\" cat", "Katze", 3L), (row.Get("en"), row.Get("target", "de"), row.Line));
    }

    [Fact]
    public void TsvWithoutAHeaderHasNumberedColumns()
    {
        var rows = TsvFile.Read(folder.Write("a.tsv", "cat\tKatze\ndog\tHund"), fields => false).ToList();
        Assert.Equal([("cat", "Katze"), ("dog", "Hund")], rows.Select(row => (row.Get("1"), row.Get("2"))));
    }

    [Fact]
    public void ARowOfAnotherWidthIsAnErrorThatNamesTheLine()
    {
        var path = folder.Write("a.tsv", "cat\tKatze\ndog\n");
        var error = Assert.Throws<InvalidDataException>(() => TsvFile.Read(path, fields => false).Count());
        Assert.Equal($"{path}(2): a row must have 2 fields, as the first one has, but has 1.", error.Message);
    }

    [Fact]
    public void CsvFieldsMayHoldCommasQuotesAndLines()
    {
        var path = folder.Write("a.csv", "\ufeffid,en,de\r\n1,\"a, \"\"b\"\"\nc\",x\r\n\r\n2, d ,\r\n");
        var rows = CsvFile.Read(path).ToList();
        Assert.Equal(["id", "en", "de"], rows[0].Fields);
        Assert.Equal([("a, \"b\"\nc", "x"), (" d ", "")], rows.Select(row => (row.Get("en"), row.Get("DE"))));
        Assert.Equal([2, 5], rows.Select(row => row.Line));
    }

    [Fact]
    public void ACsvRowOfAnotherWidthIsAnErrorThatNamesTheLine()
    {
        var path = folder.Write("a.csv", "en,de\n\"a\nb\",c\nd\n");
        var error = Assert.Throws<InvalidDataException>(() => CsvFile.Read(path).Count());
        Assert.Equal($"{path}(4): a row must have 2 fields, as the first one has, but has 1.", error.Message);
    }

    [Fact]
    public void AStrayQuoteIsAnErrorThatNamesTheLine()
    {
        var path = folder.Write("a.csv", "en,de\na,b\n\"a\" b,c\n");
        var error = Assert.Throws<InvalidDataException>(() => CsvFile.Read(path).Count());
        Assert.Equal($"{path}(3): a field that has quotes must stand in quotes, with its own ones doubled, but this row's quotes do not pair up.", error.Message);
    }

    [Fact]
    public void AQuoteThatNeverClosesIsAnError()
    {
        var path = folder.Write("a.csv", "en,de\na,b\nc,\"d\ne,f\n");
        var error = Assert.Throws<InvalidDataException>(() => CsvFile.Read(path).Count());
        Assert.StartsWith($"{path}(3): ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACsvFileThatIsNotUtf8IsAnErrorThatNamesTheLine()
    {
        var path = folder.Write("a.csv", [.. Encoding.UTF8.GetBytes("en,de\na,b\nc,"), 0xFC, (byte)'\n']);
        var error = Assert.Throws<InvalidDataException>(() => CsvFile.Read(path).Count());
        Assert.StartsWith($"{path}(3): a text file must be UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingColumnIsAnErrorThatNamesThoseThereAre()
    {
        var row = CsvFile.Read(folder.Write("a.csv", "src,tgt\na,b\n")).Single();
        var error = Assert.Throws<InvalidDataException>(() => row.Get("en", "source"));
        Assert.Equal($"{row.Path}(2): a row must have a field 'en' or 'source', but has 'src', 'tgt'.", error.Message);
    }

    public void Dispose() => folder.Dispose();
}
