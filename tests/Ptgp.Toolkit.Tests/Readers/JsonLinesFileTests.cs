using Ptgp.Toolkit.Readers;

namespace Ptgp.Toolkit.Tests.Readers;

public sealed class JsonLinesFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void FieldsInsideObjectsAreNamedWithAPoint()
    {
        var path = folder.Write("a.jsonl", "\ufeff{\"id\": 7, \"translation\": {\"en\": \"cat\", \"de\": \"Katze\"}, \"x.y\": \"z\", \"no\": null}\r\n\r\n{\"en\": \"dog\"}");
        var rows = JsonLinesFile.Read(path).ToList();
        Assert.Equal(["id", "translation.en", "translation.de", "x.y", "no"], rows[0].Fields);
        Assert.Equal(("cat", "Katze", "7", "z"), (rows[0].Get("translation.en"), rows[0].Get("de", "translation.de"), rows[0].Get("id"), rows[0].Get("x.y")));
        Assert.Equal((null, null, null), (rows[0].Find("no"), rows[0].Find("translation.fr"), rows[0].Find("id.x")));
        Assert.Equal([1, 3], rows.Select(row => row.Line));
    }

    [Theory]
    [InlineData("{\"a\": 1}\n{\"a\": }\n", "(2): a line must be one JSON object, but is not valid JSON at column 7: '}' is an invalid start of a value.")]
    [InlineData("[1, 2]\n", "(1): a line must be one JSON object, but is a list.")]
    [InlineData("\"a\"\n", "(1): a line must be one JSON object, but is text.")]
    [InlineData("{\"a\": 1} {\"a\": 2}\n", "(1): a line must be one JSON object, but is not valid JSON at column 10: '{' is invalid after a single JSON value. Expected end of data.")]
    [InlineData("{\"a\":\n 1}\n", "(1): a line must be one JSON object, but is not valid JSON at column ")]
    public void ALineThatIsNoObjectIsAnErrorThatNamesIt(string content, string message)
    {
        var path = folder.Write("a.jsonl", content);
        var error = Assert.Throws<InvalidDataException>(() => JsonLinesFile.Read(path).Count());
        Assert.StartsWith(path + message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\": {\"b\": 1}}", "(1): a row must have a field 'a', but has 'a.b'.")]
    [InlineData("{\"a\": [\"b\"]}", "(1): the field 'a' must be text, but is a list.")]
    [InlineData("{\"a\": \"\\ud800\"}", "(1): the field 'a' must be text, but has an escape of half a surrogate pair.")]
    [InlineData("{\"b\": \"x\", \"c\": {\"d\": 1}}", "(1): a row must have a field 'a', but has 'b', 'c.d'.")]
    [InlineData("{}", "(1): a row must have a field 'a', but has none.")]
    public void AFieldThatIsNoTextIsAnErrorThatNamesIt(string content, string message)
    {
        var row = JsonLinesFile.Read(folder.Write("a.jsonl", content)).Single();
        var error = Assert.Throws<InvalidDataException>(() => row.Get("a"));
        Assert.Equal(row.Path + message, error.Message);
    }

    [Fact]
    public void AFieldMayHoldSeveralTexts()
    {
        var row = JsonLinesFile.Read(folder.Write("a.jsonl", "{\"a\": {\"b\": [\"x\", \"y\"]}, \"c\": \"z\", \"d\": null}")).Single();
        Assert.Equal(["x", "y"], row.GetAll("e", "a.b"));
        Assert.Equal(["z"], row.GetAll("d", "c"));
        Assert.Null(row.FindAll("d"));
    }

    [Theory]
    [InlineData("{\"a\": []}", "(1): the field 'a' must hold a text, but is an empty list.")]
    [InlineData("{\"a\": [\"b\", null]}", "(1): the field 'a' must be text or a list of texts, but item 2 of it is null.")]
    [InlineData("{\"b\": \"x\"}", "(1): a row must have a field 'a', but has 'b'.")]
    public void AListThatHoldsNoTextsIsAnErrorThatNamesIt(string content, string message)
    {
        var row = JsonLinesFile.Read(folder.Write("a.jsonl", content)).Single();
        var error = Assert.Throws<InvalidDataException>(() => row.GetAll("a"));
        Assert.Equal(row.Path + message, error.Message);
    }

    public void Dispose() => folder.Dispose();
}
