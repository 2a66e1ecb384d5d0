using System.Text.Json;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

public class ChrfTests
{
    [Fact]
    public void CorpusScoresEqualSacreBleus()
    {
        var cases = Golden.Read("chrf.json").AsArray();
        Assert.Equal(36, cases.Count);
        foreach (var golden in cases)
        {
            var score = new Chrf(Golden.ChrfOptions(golden!["options"]!)).Corpus(Golden.Hypotheses((string)golden["set"]!), Golden.ReferencesOf(golden));
            Assert.Equal((string)golden["signature"]!, score.Signature);
            Assert.Equal((string)golden["text"]!, score.ToString());
            Golden.Near((double)golden["score"]!, score.Score, golden["set"] + golden["options"]!.ToJsonString());
        }
    }

    [Fact]
    public void SentenceScoresEqualSacreBleus()
    {
        foreach (var golden in Golden.Read("sentence.json")["chrf"]!.AsArray())
        {
            var metric = new Chrf(Golden.ChrfOptions(golden!["options"]!));
            var (hypotheses, references) = (Golden.Hypotheses("made-up"), Golden.ReferencesOf(golden));
            var scores = golden["scores"].Deserialize<double[]>()!;
            Assert.Equal(hypotheses.Count, scores.Length);
            for (var i = 0; i < scores.Length; i++)
            {
                Golden.Near(scores[i], metric.Sentence(hypotheses[i], references[i]).Score, $"line {i} {golden["options"]!.ToJsonString()}");
            }
        }
    }
}
