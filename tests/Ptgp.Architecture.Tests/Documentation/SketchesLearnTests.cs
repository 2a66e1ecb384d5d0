using Ptgp.Architecture.Tests.Sketches;
using Ptgp.Backbone;
using Ptgp.Backbone.Tokenization;
using Ptgp.Host.Tasks;
using Ptgp.Host.Training;
using Ptgp.Tests;
using TorchSharp;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Documentation;

/// <summary>The sketches are more than types that fit: on a tiny backbone their losses have gradients and their predictions come out, in whatever it computes.</summary>
public sealed class SketchesLearnTests : IDisposable
{
    private static readonly string[] Labels = ["good", "bad", "fair"];

    private readonly DisposeScope scope = NewDisposeScope();
    private readonly CheckpointFolder checkpoint = CheckpointFolder.Open(Repository.Fixture("models", "t5-v1_0"));

    public SketchesLearnTests() => set_num_threads(1);

    public void Dispose() => scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void HeadsThatComputeLearnAndPredict(ScalarType dtype)
    {
        var backbone = Load(dtype);
        Assert.Contains(Answer(new ClassHead(backbone, Labels), ("A man sleeps.", new Class("good")), ("Two dogs run in the snow.", new("fair"))), answer => Labels.Contains(answer.Label));
        Assert.All(Answer(new TopicHead(backbone, Labels), ("A man sleeps.", [new Class("good"), new("bad")]), ("Two dogs.", [])), topics => Assert.All(topics, topic => Assert.InRange(topic.Probability, 0.5f, 1)));
        Assert.All(Answer(new RatingHead(backbone), ("A man sleeps.", 2f), ("Two dogs run in the snow.", -1f)), rating => Assert.True(float.IsFinite(rating)));
        Assert.Equal([3, 2], Answer(new TagHead(backbone, Labels), ("A man sleeps", [new(2, 3, "good")]), ("Two dogs", [new(0, 3, "bad")])).Select(tags => tags.Count));
        Assert.All(Answer(new MeaningHead(backbone), (new("A man sleeps.", "Someone is asleep."), new([])), (new("Two dogs.", "A pair of dogs"), new([]))), meaning => Assert.Equal(1, meaning.Vector.Sum(value => value * value), 1e-3));
        Assert.All(Answer(new RankHead(backbone), (new("dogs", ["Two dogs run.", "A man sleeps.", "A dog"]), new([0, 2], [])), (new("man", ["A man", "A cat"]), new([0], []))), ranking => Assert.Equal(ranking.Scores.OrderDescending(), ranking.Scores));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void HeadsThatWriteLearn(ScalarType dtype)
    {
        var backbone = Load(dtype);
        Learn(new SummaryHead(backbone), (string.Join(' ', Enumerable.Repeat("Two dogs run in the snow.", 90)), "Dogs in snow."));
        Learn(new AnsweringHead(backbone), (new("Who runs?", "Two dogs run in the snow."), "two dogs"), (new("Who sleeps?", "Two dogs run."), "a man"));
        Learn(new CaptionHead(backbone), (new(new float[3 * 32 * 48], 48, 32), "A black picture."), (new([.. Enumerable.Repeat(1f, 3 * 16 * 16)], 16, 16), "White"));
    }

    [Fact]
    public void SpansAreFoundInTheWindowsOfALongContext()
    {
        const string context = "Two dogs run in the snow while a man in an orange hat looks at something far away and a cat sleeps near the window of the house.";
        var (backbone, start) = (Load(ScalarType.Float32), context.IndexOf("orange hat", StringComparison.Ordinal));
        backbone.MaxLength = 150;
        SpanHead head = new(backbone);
        Question question = new("Which hat?", string.Join(' ', Enumerable.Repeat(context, 12)), TopK: 3);
        var windows = head.Split(question);
        Assert.True(windows.Count > 1);
        Assert.All(windows, window => Assert.InRange(window.Tokens.Count, 1, 150));
        Assert.NotEqual([0, 0], head.EncodeTarget(windows[0], new([new(start, 10)], 0)).Labels);
        Assert.Equal([0, 0], head.EncodeTarget(windows[^1], new([new(start, 10)], 0)).Labels);
        var found = Answer(head, (question, new Found([new(start, 10)], 0))).Single();
        Assert.Equal(3, found.Spans.Count);
        Assert.All(found.Spans, span => Assert.InRange(span.Start + span.Length, 1, question.Context.Length));
    }

    private BackboneView Load(ScalarType dtype) =>
        new(checkpoint.Describe("tiny"), TokenizerLoader.Load(checkpoint.Path, new() { EndId = 1, PadId = 0 }), checkpoint.LoadTransformer(CPU, dtype)) { MaxLength = 512, MaxTargetLength = 64 };

    private static List<TOutput> Answer<TInput, TPart, TPartOutput, TOutput>(TaskHead<TInput, TPart, TPartOutput, TOutput> head, params (TInput Input, TOutput Output)[] examples)
    {
        Learn(head, examples);
        using var gradientless = no_grad();
        return [.. examples.Select(example =>
        {
            var parts = head.Split(example.Input);
            return head.Join(example.Input, parts, head.Predict(Read(head, parts, null)));
        })];
    }

    private static void Learn<TInput, TPart, TPartOutput, TOutput>(TaskHead<TInput, TPart, TPartOutput, TOutput> head, params (TInput Input, TOutput Output)[] examples)
    {
        TrainingExamples<TInput, TPart, TPartOutput, TOutput> data = new(head, examples.Select(example => new Example<TInput, TOutput>(example.Input, example.Output)));
        EncodedExample<TPart>[] encoded = [.. Enumerable.Range(0, data.Count).SelectMany(data.Encode)];
        var loss = head.Loss(Read(head, [.. encoded.Select(example => example.Part)], [.. encoded.Select(example => example.Target)]));
        Assert.InRange(loss.Count, 1, long.MaxValue);
        Assert.True(float.IsFinite(loss.Sum.item<float>()));
        if (head.parameters().Any())
        {
            loss.Sum.backward();
            Assert.All(head.parameters(), parameter => Assert.True(parameter.grad is { } grad && grad.isfinite().all().item<bool>()));
        }
    }

    private static EncodedBatch<TPart> Read<TInput, TPart, TPartOutput, TOutput>(TaskHead<TInput, TPart, TPartOutput, TOutput> head, IReadOnlyList<TPart> parts, IReadOnlyList<Target>? targets)
    {
        var view = (BackboneView)typeof(TaskHead<TInput, TPart, TPartOutput, TOutput>)
            .GetProperty("Backbone", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(head)!;
        Collator collator = new() { Device = CPU, PadId = view.Tokenizer.PadId };
        var batch = collator.Collate([.. parts.Select(head.EncodeInput)]);
        var (labels, values) = targets is null ? collator.NoTargets(parts.Count) : collator.Collate(targets);
        return new() { Parts = parts, Batch = batch, Encoded = view.Encode(head.Embed(batch)), Labels = labels, Values = values };
    }
}
