using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ptgp.Testing;

namespace Ptgp.QA.Tests;

public sealed class QAPluginTests
{
    // As the host reads and writes.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly Example<Question, Reply>[] Examples =
    [
        Of("Who built it?", "Eiffel built it 👍.", "Eiffel"),
        Of("Where does it stand?", string.Concat(Enumerable.Repeat("It stands. ", 12)) + "It stands in Paris.", "Paris"),
        Of("When?", "In 1889.", ""),
    ];

    [Theory]
    [InlineData(AnswerMode.Extractive, false)]
    [InlineData(AnswerMode.Extractive, true)]
    [InlineData(AnswerMode.Generative, true)]
    public void ThePluginKeepsTheContractOnEncodersAndOnBackbonesThatWrite(AnswerMode mode, bool writes)
    {
        using TinyBackbone backbone = new(writes);
        PluginContract.Verify(new QAPlugin(new() { Mode = mode, HandleImpossibleAnswer = true, TopK = 2 }), Examples, backbone);
    }

    [Fact]
    public void WhatABackboneMustBeAbleToDoFollowsFromTheMode()
    {
        Assert.Equal(BackboneFeatures.SeesBothSides, new QAPlugin().Needs);
        Assert.Equal(BackboneFeatures.Writes, new QAPlugin(new() { Mode = AnswerMode.Generative }).Needs);
        Assert.Equal((null, 30), (new QAPlugin().Generation.MaxNewTokens, new QAPlugin(new() { Mode = AnswerMode.Generative }).Generation.MaxNewTokens));
    }

    [Fact]
    public void OptionsThatDoNotFitTheBackboneAreRefusedAtOnce()
    {
        using TinyBackbone backbone = new();
        var error = Assert.Throws<OptionException>(() => new QAPlugin(new() { MaxSeqLen = 129 }).CreateHead(backbone));
        Assert.Equal("'maxSeqLen' must be at most the 128 tokens that backbone 'tiny' reads, but is 129.", error.Message);
        error = Assert.Throws<OptionException>(() => new QAPlugin(new() { Mode = AnswerMode.Generative, Prompt = "{question}" }).CreateHead(backbone));
        Assert.Equal("'prompt' must hold {question} once and {context} once, but is '{question}'.", error.Message);
    }

    [Fact]
    public void AQuestionIsAskedWithJsonOrWithALine()
    {
        var question = JsonSerializer.Deserialize<Question>("""{"question": "Who?", "context": ["a", "b"], "topK": 2}""", Json)!;
        Assert.Equal(("Who?", 2, 2), (question.Text, question.Contexts.Count, question.TopK));
        Assert.Equal("""{"question":"Who?","context":["a","b"],"topK":2}""", JsonSerializer.Serialize(question, Json));
        Assert.Equal("""{"question":"Who?","context":"a"}""", JsonSerializer.Serialize(new QAPlugin().FromText("Who?\ta"), Json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Question>("""{"question": "Who?", "context": 1}""", Json));
        var error = Assert.Throws<FormatException>(() => new QAPlugin().FromText("Who?"));
        Assert.Equal("A question must be a line 'question<tab>context', or an object with \"question\" and \"context\".", error.Message);
    }

    [Fact]
    public void AnAnswerIsJsonOfWhatIsKnownAndOneLineOfText()
    {
        Assert.Equal("""{"answer":"Turm","score":0.5,"start":7,"end":11,"startUtf16":9,"endUtf16":13}""", JsonSerializer.Serialize(Reply.Quote("Der 🇩🇪 Turm", 9, 13, 0.5), Json));
        Assert.Equal("""{"answer":"Turm","start":4,"end":8}""", JsonSerializer.Serialize(Reply.Quote("Der Turm", 4, 8), Json));
        Assert.Equal("a b", new QAPlugin().ToText(new() { Answer = "a\nb" }));
    }

    [Fact]
    public void AnswersAreScoredAsSquad1WhereEveryQuestionHasOne()
    {
        var gold = new Reply { Answer = "the tower", Answers = [new() { Answer = "the tower" }, new() { Answer = "Eiffel Tower" }] };
        var metrics = Score((new() { Answer = "an Eiffel tower." }, gold), (new() { Answer = "in Paris" }, new() { Answer = "Paris" }));
        Assert.Equal(["f1", "exact"], metrics.Select(metric => metric.Name));
        Assert.Equal(100 * (1 + (2 / 3.0)) / 2, metrics[0].Value, 1e-9);
        Assert.Equal((50.0, "SQuAD 1.1"), (metrics[1].Value, metrics[0].Signature));
    }

    [Fact]
    public void AnswersAreScoredAsSquad2WhereSomeQuestionsHaveNone()
    {
        Reply silent = new() { Answer = "", Spoken = "Paris", NoAnswerProbability = 0.6 }, wrong = new() { Answer = "Rome", Spoken = "Rome", NoAnswerProbability = 0.7 };
        var metrics = Score((silent, new() { Answer = "Paris" }), (wrong, new() { Answer = "" })).ToDictionary(metric => metric.Name, metric => metric.Value);
        Assert.Equal(0, metrics["f1"]);
        Assert.Equal((0, 0), (metrics["HasAns_exact"], metrics["NoAns_f1"]));
        Assert.Equal((100, 0.6), (metrics["best_exact"], metrics["best_exact_thresh"]));
        Assert.Equal((100, 0.6), (metrics["best_f1"], metrics["best_f1_thresh"]));
        Assert.Equal(6, Score((silent with { NoAnswerProbability = null }, new() { Answer = "Paris" }), (wrong, new() { Answer = "" })).Count);
    }

    private static IReadOnlyList<Metric> Score(params (Reply Predicted, Reply Expected)[] answers) =>
        new QAPlugin().Score([.. answers.Select(answer => new Answer<Question, Reply>(new() { Text = "", Contexts = [] }, answer.Predicted, answer.Expected))]);

    private static Example<Question, Reply> Of(string question, string context, string answer)
    {
        var start = context.IndexOf(answer, StringComparison.Ordinal);
        return new(new() { Text = question, Contexts = [context] }, answer.Length == 0 ? new() { Answer = "" } : Reply.Quote(context, start, start + answer.Length));
    }
}
