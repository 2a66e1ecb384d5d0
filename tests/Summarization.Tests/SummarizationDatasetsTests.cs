namespace Ptgp.Summarization.Tests;

public sealed class SummarizationDatasetsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("a.csv", "id,article,highlights\n1,A cat sat.,Cat.\n2,\"A dog, too.\",Dog.\n", "csv")]
    [InlineData("a.tsv", "A cat sat.\tCat.\nA dog, too.\tDog.\n", "tsv")]
    [InlineData("a.tsv", "summary\tdocument\nCat.\tA cat sat.\nDog.\tA dog, too.\n", "tsv")]
    [InlineData("a.jsonl", "{\"document\": \"A cat sat.\", \"summary\": \"Cat.\"}\n{\"text\": \"A dog, too.\", \"tldr\": \"Dog.\"}\n", "jsonl")]
    public void RowsAreReadAsPublishedDatasetsCallTheirColumns(string name, string content, string format)
    {
        folder.Write(name, content);
        Assert.Equal([("A cat sat.", "Cat."), ("A dog, too.", "Dog.")], Read(name, format));
    }

    [Fact]
    public void SciTldrIsReadAsItIsWithAllItsReferences()
    {
        var path = folder.Write("dev.jsonl", """{"source": ["We study cats.", "They sit."], "source_labels": [1, 0], "rouge_scores": [0.5, 0.1], "paper_id": "x", "target": ["Cats sit.", "Cats."], "title": "Cats"}""");
        var example = Assert.Single(Adapter(path).Read(path));
        Assert.Equal(("We study cats. They sit.", "Cats sit."), (example.Input.Text, example.Output.Text));
        Assert.Equal(["Cats sit.", "Cats."], example.Output.References!);
    }

    [Fact]
    public void NumberedColumnsAreSeveralReferences()
    {
        var path = folder.Write("a.csv", "dialogue,summary1,topic1,summary2,summary3\nHi. Ho.,They greet.,x,Two greet.,\n");
        Assert.Equal(["They greet.", "Two greet."], Assert.Single(Adapter(path).Read(path)).Output.References!);
    }

    [Fact]
    public void OptionsNameTheColumns()
    {
        var path = folder.Write("a.csv", "text,body,long,short\nno,A cat sat.,Cat sat.,Cat.\n");
        var example = Assert.Single(Adapter(path, new() { TextColumn = "body", SummaryColumn = ["short", "long"] }).Read(path));
        Assert.Equal(("A cat sat.", "Cat."), (example.Input.Text, example.Output.Text));
        Assert.Equal(["Cat.", "Cat sat."], example.Output.References!);
    }

    [Fact]
    public void AFolderOfStoriesIsReadInOrder()
    {
        folder.Write("cnn/b.story", "A dog, too.\n\n@highlight\n\nDog.\n");
        folder.Write("cnn/a.story", "A cat\n\nsat.\n\n@highlight\n\nCat\n\n@highlight\n\nIt sat\n");
        Assert.Equal([("A cat sat.", "Cat\nIt sat"), ("A dog, too.", "Dog.")], Read("cnn", "stories"));
        Assert.Equal([("A dog, too.", "Dog.")], Read("cnn/b.story", "stories"));
    }

    [Theory]
    [InlineData("train.source", "train.target", "train.source")]
    [InlineData("train.document", "train.summary", "train.document")]
    [InlineData("src.txt", "tgt.txt", "{src,tgt}.txt")]
    public void TwoFilesAreReadLineByLine(string text, string summary, string path)
    {
        folder.Write(text, "A cat sat.\nA dog, too.\n");
        folder.Write(summary, "Cat.\nDog.\n");
        Assert.Equal([("A cat sat.", "Cat."), ("A dog, too.", "Dog.")], Read(path, "parallel"));
    }

    [Theory]
    [InlineData("a.jsonl", "{\"text\": \"A cat.\", \"title\": \"Cats\"}", "(1): a row must have a field 'summary' or 'highlights' or 'abstract' or 'tldr' or 'target', but has 'text', 'title'.")]
    [InlineData("a.jsonl", "{\"text\": \"A cat.\", \"target\": []}", "(1): the field 'target' must hold a text, but is an empty list.")]
    [InlineData("a.jsonl", "{\"text\": [\"A cat.\", 7], \"target\": \"Cat.\"}", "(1): the field 'text' must be text or a list of texts, but item 2 of it is a number.")]
    [InlineData("a.csv", "title,summary\nCats,Cat.\n", "(2): a row must have a field 'text' or 'article' or 'document' or 'dialogue' or 'body' or 'description' or 'source', but has 'title', 'summary'.")]
    [InlineData("a.story", "A cat.\n", ": a story must have a line '@highlight' and what it says after it, but has no such line.")]
    [InlineData("a.story", "A cat.\n\n@highlight\n\n", ": a story must have a line '@highlight' and what it says after it, but has nothing there.")]
    public void WhatIsNoExampleIsAnErrorThatNamesPlaceAndFault(string name, string content, string message)
    {
        var path = folder.Write(name, content);
        var error = Assert.IsType<InvalidDataException>(Adapter(path).Read(path).Single().Fault);
        Assert.Equal(path + message, error.Message);
    }

    [Fact]
    public void AFolderWithoutStoriesIsAnErrorThatSaysHowTheyAreCalled()
    {
        var stories = new SummarizationPlugin().Datasets.Single(dataset => dataset.Format == "stories");
        Assert.False(stories.Fits(folder.Path));
        var error = Assert.Throws<InvalidDataException>(() => stories.Read(folder.Path).Count());
        Assert.Equal($"{folder.Path}: a folder of stories must hold files called '*.story', but holds none.", error.Message);
    }

    public void Dispose() => folder.Dispose();

    private List<(string, string)> Read(string name, string format)
    {
        var adapter = Adapter(folder[name]);
        Assert.Equal(format, adapter.Format);
        return [.. adapter.Read(folder[name]).Select(example => (example.Input.Text, example.Output.Text))];
    }

    private static DatasetAdapter<Document, Summary> Adapter(string path, SummarizationOptions? options = null) =>
        SummarizationDatasets.All(options ?? new()).First(dataset => dataset.Fits(path));
}
