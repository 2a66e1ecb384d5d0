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
        Assert.Equal($"{path}(3): a text file must be UTF-8, but the byte 0xFC at position 3 of this line, offset 12 of the file, is none. Save it as UTF-8.", error.Message);
    }

    [Fact]
    public void EachRowOfACsvFileThatIsNotUtf8IsABadOneByItsOwnLine()
    {
        var path = folder.Write("a.csv", [.. Encoding.UTF8.GetBytes("en,de\n\"a\nb"), 0xFC, .. Encoding.UTF8.GetBytes("\",c\nd,e\nf,"), 0xFD, (byte)'\n']);
        var examples = CsvFile.Read(path).ToExamples(row => new Example<string, string>(row.Get("en"), row.Get("de"))).ToList();
        Assert.Equal(("d", "e"), (examples[1].Input, examples[1].Output));
        Assert.StartsWith($"{path}(3): a text file must be UTF-8, but the byte 0xFC at position 2 of this line, offset 10 of the file", examples[0].Fault!.Message, StringComparison.Ordinal);
        Assert.StartsWith($"{path}(5): a text file must be UTF-8, but the byte 0xFD at position 3 of this line", examples[2].Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TsvAndJsonLinesAndSquadFilesAreCheckedLikewise()
    {
        var table = folder.Write("a.tsv", [.. Encoding.UTF8.GetBytes("a\tb\nc\t"), 0xFC, (byte)'\n']);
        Assert.StartsWith($"{table}(2): a text file must be UTF-8, but the byte 0xFC at position 3 of this line, offset 6", Assert.Throws<InvalidDataException>(() => TsvFile.Read(table, _ => false).Count()).Message, StringComparison.Ordinal);
        var lines = folder.Write("a.jsonl", [.. Encoding.UTF8.GetBytes("{\"a\":\""), 0xFC, .. Encoding.UTF8.GetBytes("\"}\n")]);
        Assert.StartsWith($"{lines}(1): a text file must be UTF-8, but the byte 0xFC at position 7 of this line, offset 6", Assert.Throws<InvalidDataException>(() => JsonLinesFile.Read(lines).Count()).Message, StringComparison.Ordinal);
        var squad = folder.Write("a.json", [.. Encoding.UTF8.GetBytes("{\n\"data\":\""), 0xFC, .. Encoding.UTF8.GetBytes("\"}\n")]);
        Assert.StartsWith($"{squad}(2): a text file must be UTF-8, but the byte 0xFC at position 9 of this line, offset 10", Assert.Throws<InvalidDataException>(() => SquadFile.Read(squad).Count()).Message, StringComparison.Ordinal);
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
