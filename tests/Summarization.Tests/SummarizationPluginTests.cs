using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Ptgp.Testing;
using Ptgp.Tests.Fakes;
using Ptgp.Toolkit.Heads;

namespace Ptgp.Summarization.Tests;

public class SummarizationPluginTests
{
    [Fact]
    public void ThePluginKeepsTheContract() => PluginContract.Verify(
        new SummarizationPlugin(),
        [new(new() { Text = "A cat sat on a mat. It slept." }, new() { Text = "A cat slept." }), new(new() { Text = "Dogs bark." }, new() { Text = "Noise.", References = ["Noise.", "Dogs."] })]);

    [Fact]
    public void TheMetricsAreRougeWithItsSignature()
    {
        var metrics = new SummarizationPlugin().Score([Answer("A cat sat.", "Cats run.", "Cats run.", "A dog barks. It runs."), Answer("x", "A dog.", "A cat.")]);
        Assert.Equal([("rouge1", 75.0), ("rouge2", 50.0), ("rougeL", 75.0), ("rougeLsum", 75.0)], metrics.Select(metric => (metric.Name, Math.Round(metric.Value, 9))));
        Assert.All(metrics, metric => Assert.Equal("nrefs:var|best:f1|stem:no|version:rouge-score-0.1.2", metric.Signature));
    }

    [Fact]
    public void LsumCountsSentencesAndHighlights()
    {
        // Sentence by sentence both have all words of the other; as one sequence they do not.
        var metrics = new SummarizationPlugin().Score([Answer("x", "Cats run fast. Dogs bark loud.", "Dogs bark loud\nCats run fast")]);
        Assert.Equal((50, 100), (metrics[2].Value, metrics[3].Value));
    }

    [Fact]
    public void StemsAreComparedWhenTheOptionsSaySo()
    {
        var answer = Answer("x", "Running cats", "Run cat");
        Assert.Equal(0, new SummarizationPlugin().Score([answer])[0].Value);
        Assert.Equal((100, "nrefs:1|best:f1|stem:porter|version:rouge-score-0.1.2"), (Make(new() { UseStemmer = true }).Score([answer])[0].Value, Make(new() { UseStemmer = true }).Score([answer])[0].Signature));
    }

    [Fact]
    public void BaselinesStandBesideTheMetricsWhenTheOptionsSaySo()
    {
        var answers = Enumerable.Range(0, 40).Select(i => Answer($"First sentence of {i} here. Second one of {i} there. Third in {i} too.", "Nothing", $"First sentence of {i} here.")).ToList();
        var metrics = Make(new() { Baselines = 1 }).Score(answers).ToDictionary(metric => metric.Name, metric => metric.Value);
        Assert.Equal(12, metrics.Count);
        Assert.Equal((0, 100), (metrics["rouge1"], metrics["lead1-rouge1"]));
        Assert.InRange(metrics["random1-rouge1"], 35, 80);
        Assert.Equal(metrics, Make(new() { Baselines = 1 }).Score(answers).ToDictionary(metric => metric.Name, metric => metric.Value));
        Assert.Equal(100, Make(new() { Baselines = 3 }).Score([Answer("A b. C d. E f.", "x", "A b. C d. E f.")]).Single(metric => metric.Name == "random3-rouge2").Value);
    }

    [Fact]
    public void AStyleBringsItsPublishedSettings()
    {
        Assert.Equal(new(), new SummarizationPlugin().Generation);
        Assert.Equal(
            new() { NumBeams = 4, LengthPenalty = 2, MinNewTokens = 55, MinLength = 0, MaxNewTokens = 141, NoRepeatNgramSize = 3, EarlyStopping = EarlyStopping.True },
            Make(new() { Style = Style.CnnDailyMail }).Generation);
        Assert.All(Enum.GetValues<Style>(), style => Assert.True(Make(new() { Style = style }).Generation.NumBeams > 1));
    }

    [Fact]
    public void AnAnswerIsJsonOfWhatIsKnown()
    {
        Assert.Equal("""{"text":"Cats.","score":-0.5}""", JsonSerializer.Serialize(new Summary { Text = "Cats.", Score = -0.5 }));
        Assert.Equal(
            """{"text":"a","score":-1,"hypotheses":[{"text":"a","score":-1},{"text":"x","score":-2}],"unfinished":true,"tokens":9,"truncated":2,"split":[{"level":1,"source":"A","tokens":8,"text":"b","newTokens":1,"score":-3}]}""",
            JsonSerializer.Serialize(new Summary
            {
                Text = "a",
                Score = -1,
                Hypotheses = [new ScoredText("a", -1), new("x", -2)],
                Unfinished = true,
                Tokens = 9,
                Truncated = 2,
                Split = [new() { Level = 1, Source = "A", Tokens = 8, Text = "b", NewTokens = 1, Score = -3 }],
            }));
    }

    [Fact]
    public void AnInputIsAskedWithJsonOrWithText()
    {
        Assert.Equal(new Document { Text = "A cat.", MaxSentences = 2 }, JsonSerializer.Deserialize<Document>("""{"text": "A cat.", "maxSentences": 2}"""));
        Assert.Equal(new Document { Text = "A cat." }, new SummarizationPlugin().FromText("A cat."));
    }

    [Fact]
    public void AnAnswersTextIsOneLine() => Assert.Equal("a b", new SummarizationPlugin().ToText(new() { Text = "a\nb" }));

    [Theory]
    [InlineData("a b c d e f g ", null, 0, null, "'prefix' must leave room for text, but has 8 tokens of the 8 that are read. Shorten it, or raise the recipe's 'maxInputLength'.")]
    [InlineData(null, null, 2, 1, "'minSentences' must be at most 'maxSentences', but is 2 where that is 1. Lower the one or raise the other.")]
    [InlineData(null, "Germna", 0, null, "'language' must be one of the 2 languages that the backbone was taught, but is 'Germna'. Did you mean 'deu_Latn' (German)?")]
    public void OptionsThatDoNotFitAreRefusedAtOnce(string? prefix, string? language, int least, int? most, string message)
    {
        var plugin = Make(new() { Prefix = prefix, Language = language, MinSentences = least, MaxSentences = most });
        var error = Assert.Throws<OptionException>(() => plugin.CreateHead(new FakeBackbone { Tokenizer = new("deu_Latn", "fra_Latn") }));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void ALanguageThatIsLeftToTheCheckpointIsFound()
    {
        var many = new FakeBackbone { Tokenizer = new("fra_Latn", "deu_Latn") };
        var open = Assert.Single(new SummarizationPlugin().FindOpenOptions(many));
        Assert.Equal(("language", false, "deu_Latn, fra_Latn"), (open.Option, open.IsNeeded, string.Join(", ", open.Values)));
        Assert.Empty(Make(new() { Language = "de" }).FindOpenOptions(many));
        Assert.Empty(new SummarizationPlugin().FindOpenOptions(new FakeBackbone()));
    }

    private static SummarizationPlugin Make(SummarizationOptions options) => new(options, NullLogger<SummarizationPlugin>.Instance);

    private static Answer<Document, Summary> Answer(string text, string predicted, params string[] expected) =>
        new(new() { Text = text }, new() { Text = predicted }, new() { Text = expected[0], References = expected.Length > 1 ? expected : null });
}
