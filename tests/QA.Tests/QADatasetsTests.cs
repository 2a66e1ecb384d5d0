namespace Ptgp.QA.Tests;

public sealed class QADatasetsTests : IDisposable
{
    private const string Squad = """
        {"version": "v2.0", "data": [{"title": "t", "paragraphs": [{"context": "Der 🇩🇪 Turm steht.", "qas": [
          {"id": "a", "question": "Was?", "answers": [{"text": "Turm", "answer_start": 7}, {"text": "Der 🇩🇪 Turm", "answer_start": 0}]},
          {"id": "b", "question": "Wo?", "is_impossible": true, "answers": [], "plausible_answers": [{"text": "Turm", "answer_start": 7}]}]}]}]}
        """;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void SquadIsReadWithAllItsAnswersAndWithQuestionsThatHaveNone()
    {
        var examples = Read("a.json", Squad, "squad");
        Assert.Equal(["Was?", "Wo?"], examples.Select(example => example.Input.Text));
        Assert.Equal(["Turm", "Der 🇩🇪 Turm"], examples[0].Output.Answers!.Select(answer => answer.Answer));
        Assert.Equal(((int, int)?)(9, 13), examples[0].Output.Place);
        Assert.Equal(("", null), (examples[1].Output.Answer, examples[1].Output.Place));
    }

    [Theory]
    [InlineData("a.jsonl", "{\"question\": \"Who?\", \"context\": \"I am I.\", \"answers\": {\"text\": [\"I\"], \"answer_start\": [5]}}", 5)]
    [InlineData("a.jsonl", "{\"question\": \"Who?\", \"context\": \"I am I.\", \"answers\": [{\"text\": \"I\", \"answer_start\": 5}]}", 5)]
    [InlineData("a.jsonl", "{\"question\": \"Who?\", \"context\": \"I am I.\", \"answers\": [\"I\"]}", 0)]
    [InlineData("a.jsonl", "{\"question\": \"Who?\", \"context\": \"I am I.\", \"answer\": \"I\", \"answer_start\": 5}", 5)]
    [InlineData("a.csv", "question,context,answer\nWho?,I am I.,I\n", 0)]
    [InlineData("a.csv", "question,context,answer,answer_start\nWho?,I am I.,I,5\n", 5)]
    public void RowsAreReadInTheFormsThatAreCommon(string name, string content, int start)
    {
        var example = Assert.Single(Read(name, content, name[2..]));
        Assert.Equal(("Who?", "I am I.", "I", start), (example.Input.Text, Assert.Single(example.Input.Contexts), example.Output.Answer, example.Output.Start));
    }

    [Theory]
    [InlineData("a.jsonl", "{\"question\": \"Who?\", \"context\": \"I am I.\", \"answers\": {\"text\": [], \"answer_start\": []}}")]
    [InlineData("a.jsonl", "{\"question\": \"Who?\", \"context\": \"I am I.\", \"answers\": null}")]
    [InlineData("a.csv", "question,context,answer\nWho?,I am I.,\n")]
    public void AQuestionMayHaveNoAnswer(string name, string content) => Assert.Equal("", Assert.Single(Read(name, content, name[2..])).Output.Answer);

    [Fact]
    public void AQuestionMayHaveSeveralContexts()
    {
        var example = Assert.Single(Read("a.jsonl", "{\"question\": \"Who?\", \"context\": [\"Nobody.\", \"It is I.\"], \"answer\": \"I\"}", "jsonl"));
        Assert.Equal((2, 1, 6), (example.Input.Contexts.Count, example.Output.Context, example.Output.Start));
    }

    [Theory]
    [InlineData("a.json", "{\"data\": [{\"paragraphs\": [{\"context\": \"c\", \"qas\": [{\"question\": 1}]}]}]}", ": data[0].paragraphs[0].qas[0]: 'question' must be a text, but is 1.")]
    [InlineData("a.json", "{\"data\": [{\"paragraphs\": [{\"context\": \"c\", \"qas\": [{\"question\": \"q\", \"answers\": [{\"text\": \"x\", \"answer_start\": 9}]}]}]}]}", ": data[0].paragraphs[0].qas[0]: the answer 'x' must stand at code point 9 of its context, but does not.")]
    [InlineData("a.jsonl", "{\"question\": \"q\", \"context\": \"c\", \"answer\": \"x\"}", "(1): an answer must stand in its context, but 'x' does not. Answers in other words are for the mode 'generative'.")]
    [InlineData("a.jsonl", "{\"question\": \"q\", \"context\": \"c\", \"answers\": {\"text\": [\"c\"], \"answer_start\": []}}", "(1): 'answers' must have as many places in 'answer_start' as texts, but has 0 for 1.")]
    [InlineData("a.jsonl", "{\"question\": \"q\", \"context\": \"c\", \"answers\": {\"text\": [\"c\"], \"answer_start\": [\"0\"]}}", "(1): 'answers.answer_start' must be a list of whole numbers, but has \"0\".")]
    [InlineData("a.jsonl", "{\"question\": \"q\", \"context\": \"c\", \"answers\": 1}", "(1): 'answers' must be a list of texts, but is 1.")]
    [InlineData("a.jsonl", "{\"question\": \" \", \"context\": \"c\", \"answer\": \"c\"}", "(1): a question must not be empty.")]
    [InlineData("a.csv", "question,context,answer\nq,,x\n", "(2): a context must not be empty.")]
    [InlineData("a.csv", "question,context,answer,start\nq,c,c,one\n", "(2): 'answer_start' must be a whole number, but is 'one'.")]
    [InlineData("a.csv", "question,text\nq,c\n", "(2): a row must have a field 'context', but has 'question', 'text'.")]
    public void AFaultNamesItsPlace(string name, string content, string message)
    {
        var path = folder.Write(name, content);
        Assert.Equal(path + message, Assert.IsType<InvalidDataException>(Adapter(path, new()).Read(path).Single().Fault).Message);
    }

    [Theory]
    [InlineData("{}", ": 'data' must be a list, but is missing.")]
    [InlineData("{\"data\":\n [1}", "(2): a SQuAD file must be JSON, but is not at byte 4 of this line.")]
    public void AFileThatIsNotSquadsIsAnError(string content, string message)
    {
        var path = folder.Write("a.json", content);
        Assert.Equal(path + message, Assert.Throws<InvalidDataException>(() => Adapter(path, new()).Read(path).Count()).Message);
    }

    [Fact]
    public void AnAnswerInOtherWordsIsForABackboneThatWrites()
    {
        var path = folder.Write("a.jsonl", "{\"question\": \"q\", \"context\": \"c\", \"answer\": \"x\"}");
        var example = Assert.Single(Adapter(path, new() { Mode = AnswerMode.Generative }).Read(path));
        Assert.Equal(("x", null), (example.Output.Answer, example.Output.Start));
    }

    public void Dispose() => folder.Dispose();

    private List<Example<Question, Reply>> Read(string name, string content, string format)
    {
        var adapter = Adapter(folder.Write(name, content), new());
        Assert.Equal(format, adapter.Format);
        return [.. adapter.Read(folder[name])];
    }

    private static DatasetAdapter<Question, Reply> Adapter(string path, QAOptions options) => new QAPlugin(options).Datasets.First(dataset => dataset.Fits(path));
}
