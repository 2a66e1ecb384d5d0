namespace Ptgp.Translation.Tests;

public sealed class TranslationDatasetsTests : IDisposable
{
    private static readonly TranslationOptions EnDe = new() { From = "English", To = "de" };

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("train.en", "train.de", "train.en", "parallel")]
    [InlineData("train.eng", "train.deu", "train.eng", "parallel")]
    [InlineData("src.txt", "tgt.txt", "{src,tgt}.txt", "parallel")]
    public void TwoFilesAreReadLineByLine(string source, string target, string path, string format)
    {
        folder.Write(source, "cat\n\ndog\n");
        folder.Write(target, "Katze\n\nHund\n");
        Assert.Equal([("cat", "Katze"), ("", ""), ("dog", "Hund")], Read(path, format));
    }

    [Theory]
    [InlineData("a.tsv", "cat\tKatze\ndog\tHund\n", "tsv")]
    [InlineData("a.tsv", "id\tde\tEN\n1\tKatze\tcat\n2\tHund\tdog\n", "tsv")]
    [InlineData("a.csv", "source,target\ncat,Katze\n\"dog\",Hund\n", "csv")]
    [InlineData("a.csv", "eng,deu\ncat,Katze\ndog,Hund\n", "csv")]
    [InlineData("a.jsonl", "{\"translation\": {\"de\": \"Katze\", \"en\": \"cat\"}}\n{\"translation\": {\"en\": \"dog\", \"de\": \"Hund\"}}", "jsonl")]
    [InlineData("a.jsonl", "{\"en\": \"cat\", \"de\": \"Katze\"}\n{\"src\": \"dog\", \"tgt\": \"Hund\"}\n", "jsonl")]
    [InlineData("a.jsonl", "{\"text\": \"cat\", \"translation\": \"Katze\"}\n{\"text\": \"dog\", \"translation\": \"Hund\"}\n", "jsonl")]
    public void RowsAreReadByTheLanguagesNames(string name, string content, string format)
    {
        folder.Write(name, content);
        Assert.Equal([("cat", "Katze"), ("dog", "Hund")], Read(name, format));
    }

    [Fact]
    public void OptionsNameTheFields()
    {
        var path = folder.Write("a.csv", "en,de,de_fixed\ncat,Kazze,Katze\n");
        var example = Assert.Single(Adapter(path, EnDe with { TargetField = "de_fixed" }).Read(path));
        Assert.Equal("Katze", example.Output.Text);
    }

    [Fact]
    public void ARowMayNameItsLanguages()
    {
        var path = folder.Write("a.jsonl", "{\"to\": \"fr\", \"translation\": {\"en\": \"cat\", \"fr\": \"chat\"}}");
        var example = Assert.Single(Adapter(path, EnDe).Read(path));
        Assert.Equal((new Passage { Text = "cat", To = "fr" }, "chat"), (example.Input, example.Output.Text));
    }

    [Fact]
    public void ARowWithoutTheLanguageIsAnErrorThatNamesPlaceAndFields()
    {
        var path = folder.Write("a.jsonl", "{\"translation\": {\"en\": \"cat\", \"fr\": \"chat\"}}");
        var error = Assert.IsType<InvalidDataException>(Adapter(path, EnDe).Read(path).Single().Fault);
        Assert.Equal(
            $"{path}(1): a row must have a field 'translation.de' or 'translation.deu' or 'de' or 'deu' or 'target' or 'tgt' or 'translation', but has 'translation.en', 'translation.fr'.",
            error.Message);
    }

    [Fact]
    public void AFileWithoutItsOtherIsAnErrorThatSaysHowTheyAreNamed()
    {
        var path = folder.Write("a.txt", "cat\n");
        var parallel = new TranslationPlugin(new()).Datasets.Single(dataset => dataset.Format == "parallel");
        Assert.False(parallel.Fits(path));
        var error = Assert.Throws<InvalidDataException>(() => parallel.Read(path));
        Assert.Equal($"{path}: parallel files must be named by a pattern such as 'train.{{en,de}}', or by the first of two whose extensions are the options' 'from' and 'to' ('?' and '?').", error.Message);
    }

    public void Dispose() => folder.Dispose();

    private List<(string, string)> Read(string name, string format)
    {
        var adapter = Adapter(folder[name], EnDe);
        Assert.Equal(format, adapter.Format);
        return [.. adapter.Read(folder[name]).Select(example => (example.Input.Text, example.Output.Text))];
    }

    private static DatasetAdapter<Passage, Translation> Adapter(string path, TranslationOptions options) => new TranslationPlugin(options).Datasets.First(dataset => dataset.Fits(path));
}
