using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Architecture.Tests.Sketches;
using Ptgp.Testing;

namespace Ptgp.Architecture.Tests.Documentation;

/// <summary>The sketches pass the check that Ptgp offers to authors: padding changes nothing, every parameter learns, answers come out, nothing is left behind.</summary>
public sealed class SketchesKeepTheContractTests
{
    private static readonly string[] Labels = ["good", "bad", "fair"];

    [Fact]
    public void Summarization() => Verify<string, string>(backbone => new SummaryHead(backbone), (new string('a', 200), "a"), ("Two dogs run.", "dogs"));

    [Fact]
    public void ExtractiveQuestionAnswering() => Verify<Question, Found>(
        backbone => new SpanHead(backbone), 200, (new("who", "two dogs run in the snow, and a man in an orange hat is staring at something that is far away"), new([new(4, 4)], 0)), (new("where", "snow"), new([], 0)));

    [Fact]
    public void GenerativeQuestionAnswering() => Verify<Question, string>(backbone => new AnsweringHead(backbone), (new("who", "two dogs run"), "dogs"), (new("where", "in the snow"), "snow"));

    [Fact]
    public void TextGeneration() => Verify<Chat, string>(backbone => new ChatHead(backbone), (new([], "Two dogs"), " run."), (new([], "A"), " man."));

    [Fact]
    public void TextClassification() => Verify<string, Class>(backbone => new ClassHead(backbone, Labels), ("Two dogs run.", new("good")), ("A man", new("bad")));

    [Fact]
    public void TokenTagging() => Verify<string, IReadOnlyList<Tag>>(backbone => new TagHead(backbone, Labels), ("two dogs", [new(4, 4, "good")]), ("a man", [new(0, 1, "bad")]));

    [Fact]
    public void SentenceEmbedding() => Verify<Sentence, Meaning>(
        backbone => new MeaningHead(backbone), (new("two dogs", "a pair of dogs"), new([1])), (new("a man", "someone"), new([2])));

    [Fact]
    public void Regression() => Verify<string, float>(backbone => new RatingHead(backbone), ("Two dogs run.", 2), ("A man", -1));

    [Fact]
    public void ImageCaptioning() => Verify<Picture, string>(
        backbone => new CaptionHead(backbone), (new([.. Enumerable.Range(0, 3 * 32 * 16).Select(i => i / 1536f)], 32, 16), "dogs"), (new([.. Enumerable.Repeat(1f, 768)], 16, 16), "white"));

    [Fact]
    public void MultiLabelClassification() => Verify<string, IReadOnlyList<Class>>(backbone => new TopicHead(backbone, Labels), ("Two dogs run.", [new("good"), new("fair")]), ("A man", []));

    [Fact]
    public void Reranking() => Verify<Query, Ranking>(
        backbone => new RankHead(backbone), (new("dogs", ["two dogs run", "a man", "a dog"]), new([0, 2], [1, 1])), (new("man", ["a cat", "a man"]), new([1], [1])));

    [Fact]
    public void ConstrainedExtraction() => Verify<string, JsonObject>(
        backbone => new ExtractionHead(backbone, ["who", "where"]), ("two dogs in snow", new() { ["who"] = "dogs", ["where"] = "snow" }), ("a man", new() { ["who"] = "man", ["where"] = "" }));

    private static void Verify<TInput, TOutput>(Func<IBackbone, ITaskHead<TInput, TOutput>> head, params (TInput Input, TOutput Output)[] examples) => Verify(head, 128, examples);

    private static void Verify<TInput, TOutput>(Func<IBackbone, ITaskHead<TInput, TOutput>> head, int maxLength, params (TInput Input, TOutput Output)[] examples)
    {
        using TinyBackbone backbone = new(maxLength: maxLength);
        PluginContract.Verify(new SketchPlugin<TInput, TOutput> { Head = head }, [.. examples.Select(example => new Example<TInput, TOutput>(example.Input, example.Output))], backbone);
    }
}

/// <summary>A plugin around a sketched head.</summary>
public sealed class SketchPlugin<TInput, TOutput> : TaskPlugin<TInput, TOutput>
{
    public Func<IBackbone, ITaskHead<TInput, TOutput>> Head { get; init; } = _ => throw new InvalidOperationException("A sketch must have a head.");

    public override string Name => "sketch";

    public override IReadOnlyList<DatasetAdapter<TInput, TOutput>> Datasets => [new None()];

    public override ITaskHead<TInput, TOutput> CreateHead(IBackbone backbone) => Head(backbone);

    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<TInput, TOutput>> answers) =>
        [new("exact", answers.Average(answer => JsonSerializer.Serialize(answer.Predicted) == JsonSerializer.Serialize(answer.Expected) ? 1.0 : 0.0))];

    public override string ToText(TOutput output) => JsonSerializer.Serialize(output);

    private sealed class None : DatasetAdapter<TInput, TOutput>
    {
        public override string Format => "none";

        public override IEnumerable<Example<TInput, TOutput>> Read(string path) => [];
    }
}
