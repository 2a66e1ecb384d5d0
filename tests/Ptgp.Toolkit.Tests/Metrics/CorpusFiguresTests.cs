using System.Text.Json.Nodes;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

/// <summary>Metrics in the form that can be summed over any choice of lines.</summary>
public class CorpusFiguresTests
{
    [Fact]
    public void ErrorRatesAreThoseOfSummedCounts()
    {
        var golden = Golden.Read("wer.json");
        var cases = golden["cases"]!.AsArray().Take(24).ToList();
        string[] heard = [.. cases.Select(one => (string)one!["hypothesis"]!)];
        IReadOnlyList<string>[] expected = [.. cases.Select(one => new[] { (string)one!["reference"]! })];
        var (words, characters) = (golden["corpus"]!["words"]!, golden["corpus"]!["characters"]!);
        foreach (var (metric, name, figures) in new (ErrorRate, string, JsonNode)[]
        {
            (ErrorRate.OfWords(), "wer", words), (ErrorRate.OfMatches(), "mer", words), (ErrorRate.OfInformation(), "wil", words), (ErrorRate.OfCharacters(), "cer", characters),
        })
        {
            Assert.Equal((name, true), (metric.Name, ((ICorpusMetric)metric).LowerIsBetter));
            Golden.Near((double)figures[name]!, Significance.Score(metric, heard, expected), name);
        }
    }

    [Fact]
    public void RougeIsTheMeanOfItsTexts()
    {
        string[] written = ["the cat sat on the mat", "dogs bark", "a new day"];
        IReadOnlyList<string>[] expected = [["the cat lay on the mat", "cats"], ["dogs barked loudly"], ["nothing here"]];
        var whole = new Rouge(useStemmer: true).Corpus(written, expected);
        double[] scores = [.. RougeMetric.All(useStemmer: true).Select(metric => Significance.Score(metric, written, expected))];
        foreach (var (f1, score) in new[] { whole.Rouge1.F1, whole.Rouge2.F1, whole.RougeL.F1, whole.RougeLsum.F1 }.Zip(scores))
        {
            Golden.Near(100 * f1, score, "rouge");
        }

        Assert.All(RougeMetric.All(useStemmer: true), metric => Assert.Contains("stem:porter", metric.Signature(2), StringComparison.Ordinal));
    }

    /// <summary>By hand: of two cats one is found and of two so called one is right; of three dogs two are found, and two are so called; there is no cow.</summary>
    [Theory]
    [InlineData(ClassAverage.Accuracy, "accuracy", 60)]
    [InlineData(ClassAverage.Macro, "f1_macro", 100 * (0.5 + 0.8 + 0) / 3)]
    [InlineData(ClassAverage.Weighted, "f1_weighted", 100 * ((2 * 0.5) + (3 * 0.8)) / 5)]
    public void ClassesAreAveraged(ClassAverage average, string name, double score)
    {
        string[] predicted = ["cat", "dog", "dog", "cat", "cow"];
        IReadOnlyList<string>[] expected = [["cat"], ["dog"], ["dog"], ["dog"], ["cat"]];
        ClassScores metric = new(["cat", "cow", "dog"], average);
        Assert.Equal(name, metric.Name);
        Golden.Near(score, Significance.Score(metric, predicted, expected), name);
    }
}
