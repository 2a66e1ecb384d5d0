using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

/// <summary>Against rouge_score 0.1.2.</summary>
public class RougeTests
{
    private static readonly JsonNode Scores = Golden.Read("rouge.json");

    [Theory]
    [InlineData(false, "without_stemmer")]
    [InlineData(true, "with_stemmer")]
    public void ScoresEqualTheReferences(bool useStemmer, string kind)
    {
        var pairs = Scores["pairs"]!.AsArray();
        Assert.Equal(71, pairs.Count);
        foreach (var pair in pairs)
        {
            Same(pair![kind]!, new Rouge(useStemmer).Sentence((string)pair["prediction"]!, (string)pair["target"]!));
        }

        string[] predictions = [.. pairs.Select(pair => (string)pair!["prediction"]!)], targets = [.. pairs.Select(pair => (string)pair!["target"]!)];
        foreach (var (name, mean) in Named(new Rouge(useStemmer).Corpus(predictions, targets)))
        {
            var golden = Scores["mean_" + kind]![name].Deserialize<double[]>()!;
            Golden.Near(golden[0], mean.Precision, name + " precision");
            Golden.Near(golden[1], mean.Recall, name + " recall");
            Golden.Near(golden[2], mean.F1, name + " F1");
        }
    }

    [Fact]
    public void OfSeveralReferencesTheBestOneCounts()
    {
        var cases = Scores["multi"]!.AsArray();
        Assert.Equal(54, cases.Count);
        foreach (var golden in cases)
        {
            var rouge = new Rouge((bool)golden!["use_stemmer"]!);
            Same(golden["scores"]!, rouge.Sentence((string)golden["prediction"]!, Golden.Strings(golden["targets"]!)));
        }
    }

    [Theory]
    [InlineData(false, "bootstrap_without_stemmer")]
    [InlineData(true, "bootstrap_with_stemmer")]
    public void IntervalsAgreeWithTheReferencesWithinTheirScatter(bool useStemmer, string kind)
    {
        var pairs = Scores["pairs"]!.AsArray();
        var (low, median, high) = new Rouge(useStemmer).Bootstrap(
            [.. pairs.Select(pair => (string)pair!["prediction"]!)], [.. pairs.Select(pair => new[] { (string)pair!["target"]! })]);
        foreach (var (end, mine) in new[] { ("low", low), ("mid", median), ("high", high) })
        {
            foreach (var (name, score) in Named(mine))
            {
                var golden = Scores[kind]![name]![end].Deserialize<double[]>()!;
                Assert.Equal(golden[0], score.Precision, 0.02);
                Assert.Equal(golden[1], score.Recall, 0.02);
                Assert.Equal(golden[2], score.F1, 0.02);
            }
        }
    }

    [Fact]
    public void ASignatureSaysWhatWasCounted()
    {
        Assert.Equal("nrefs:1|best:f1|stem:no|version:rouge-score-0.1.2", new Rouge().Corpus(["a"], ["b"]).Signature);
        Assert.Equal("nrefs:var|best:f1|stem:porter|version:rouge-score-0.1.2", new Rouge(useStemmer: true).Corpus(["a", "b"], [["a"], ["b", "c"]]).Signature);
        Assert.Equal("ROUGE-1/2/L/Lsum = 66.67/0.00/66.67/66.67", new Rouge().Sentence("a cat", "cat").ToString());
    }

    [Fact]
    public void ATextWithoutReferencesIsAnError()
    {
        var error = Assert.Throws<ArgumentException>(() => new Rouge().Corpus(["a", "b"], [["a"], []]));
        Assert.StartsWith("Each line must have a reference, but line 2 has none.", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => new Rouge().Bootstrap([], []));
        Assert.StartsWith("There must be texts to draw from, but there are none.", error.Message, StringComparison.Ordinal);
    }

    private static (string Name, RougeScore Score)[] Named(RougeScores scores) =>
        [("rouge1", scores.Rouge1), ("rouge2", scores.Rouge2), ("rougeL", scores.RougeL), ("rougeLsum", scores.RougeLsum)];

    // To the bit.
    private static void Same(JsonNode golden, RougeScores scores) => Assert.All(
        Named(scores), one => Assert.Equal(golden[one.Name].Deserialize<double[]>()!, new[] { one.Score.Precision, one.Score.Recall, one.Score.F1 }));
}
