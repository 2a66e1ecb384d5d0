namespace Ptgp.TextGeneration.Tests;

public sealed class TextGenerationDatasetsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(DocumentKind.File, "one\ntwo\n\nthree\n", "one\ntwo\n\nthree")]
    [InlineData(DocumentKind.Paragraph, "\none\ntwo\n\n\nthree\n", "one\ntwo", "three")]
    [InlineData(DocumentKind.Line, "one\n\ntwo", "one", "two")]
    [InlineData(DocumentKind.File, "\n \n")]
    public void ATextFileHoldsDocuments(DocumentKind kind, string content, params string[] documents)
    {
        var examples = Read("a.txt", content, new() { Documents = kind });
        Assert.Equal(documents.Select(document => new Prompt { Continuation = document }), examples.Select(example => example.Input));
        Assert.Equal(documents, examples.Select(example => example.Output.Text));
    }

    [Theory]
    [InlineData("""{"prompt": "a", "completion": "b"}""", "a", "b")]
    [InlineData("""{"prompt": "a", "response": "b"}""", "a", "b")]
    [InlineData("""{"instruction": "a", "input": "", "output": "b"}""", "a\n\n", "b")]
    [InlineData("""{"instruction": "a", "input": "x", "output": "b"}""", "a\n\nx\n\n", "b")]
    [InlineData("""{"id": 1, "text": "b"}""", null, "b")]
    public void RowsHoldPromptsInstructionsOrDocuments(string row, string? prompt, string continuation) =>
        Assert.Equal(new Prompt { Text = prompt, Continuation = continuation }, Assert.Single(Read("a.jsonl", row, new())).Input);

    [Fact]
    public void OptionsNameTheFieldsAndMakeConversations()
    {
        TextGenerationOptions options = new() { PromptField = "q", CompletionField = "a", AsChat = true };
        var input = Assert.Single(Read("a.jsonl", """{"q": "Who?", "a": "Dogs.", "text": "x"}""", options)).Input;
        Assert.Equal([new("user", "Who?")], input.Messages!);
        Assert.Equal((null, "Dogs."), (input.Text, input.Continuation));
        Assert.Equal("Sum up.\n\nLong.", Assert.Single(Read("a.jsonl", """{"instruction": "Sum up.", "input": "Long.", "output": "b"}""", new() { AsChat = true })).Input.Messages![0].Content);
    }

    [Theory]
    [InlineData("""{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}]}""")]
    [InlineData("""{"conversations": [{"from": "system", "value": "s"}, {"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}, {"from": "human", "value": "c"}, {"from": "gpt", "value": "d"}]}""")]
    public void EachAnswerOfAConversationIsAnExample(string row)
    {
        var examples = Read("a.jsonl", row, new());
        Assert.Equal(["b", "d"], examples.Select(example => example.Input.Continuation!));
        Assert.Equal([new("system", "s"), new("user", "a")], examples[0].Input.Messages!);
        Assert.Equal([new("system", "s"), new("user", "a"), new("assistant", "b"), new("user", "c")], examples[1].Input.Messages!);
    }

    [Theory]
    [InlineData("""{"prompt": "a"}""", "a row must have a field 'completion' or 'response' or 'output', but has 'prompt'.")]
    [InlineData("""{"prompt": "", "completion": "b"}""", "a prompt must hold text, but is empty.")]
    [InlineData("""{"output": "b"}""", "a row must have a field 'instruction' or 'prompt', but has 'output'.")]
    [InlineData("""{"messages": "a"}""", "a conversation must be a list of messages, but is something else.")]
    [InlineData("""{"messages": [1]}""", "a message must be an object with 'role' and 'content', but message 1 is not.")]
    [InlineData("""{"messages": [{"role": "user", "content": "a"}]}""", "a conversation must hold an answer of the role 'assistant' behind a message, but holds none.")]
    [InlineData("""{"messages": [{"role": "user", "content": [1]}]}""", "the field 'content' must be text, but is a list.")]
    public void ABadRowIsNamedWithItsPlace(string row, string message)
    {
        var path = folder.Write("a.jsonl", "\n" + row);
        Assert.Equal($"{path}(2): {message}", Assert.IsType<InvalidDataException>(Adapter(path, new()).Read(path).Single().Fault).Message);
    }

    public void Dispose() => folder.Dispose();

    private List<Example<Prompt, Generated>> Read(string name, string content, TextGenerationOptions options)
    {
        var path = folder.Write(name, content);
        return [.. Adapter(path, options).Read(path)];
    }

    private static DatasetAdapter<Prompt, Generated> Adapter(string path, TextGenerationOptions options) => new TextGenerationPlugin(options).Datasets.First(dataset => dataset.Fits(path));
}
