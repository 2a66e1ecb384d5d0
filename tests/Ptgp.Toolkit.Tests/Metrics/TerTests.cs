using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

public class TerTests
{
    [Fact]
    public void CorpusScoresEqualSacreBleus()
    {
        var cases = Golden.Read("ter.json").AsArray();
        Assert.Equal(31, cases.Count);
        foreach (var golden in cases)
        {
            var score = new Ter(OptionsOf(golden!["options"]!)).Corpus(Golden.Hypotheses((string)golden["set"]!), Golden.ReferencesOf(golden));
            Assert.Equal((string)golden["signature"]!, score.Signature);
            Assert.Equal((string)golden["text"]!, score.ToString());
            Assert.Equal((long)golden["num_edits"]!, score.Edits);
            Golden.Near((double)golden["ref_length"]!, score.ReferenceLength, "length");
            Golden.Near((double)golden["score"]!, score.Score, golden["set"] + golden["options"]!.ToJsonString());
        }
    }

    [Fact]
    public void SentenceScoresEqualSacreBleus()
    {
        foreach (var golden in Golden.Read("sentence.json")["ter"]!.AsArray())
        {
            var metric = new Ter(OptionsOf(golden!["options"]!));
            var (hypotheses, references) = (Golden.Hypotheses("made-up"), Golden.ReferencesOf(golden));
            var scores = golden["scores"].Deserialize<double[]>()!;
            Assert.Equal(hypotheses.Count, scores.Length);
            for (var i = 0; i < scores.Length; i++)
            {
                Golden.Near(scores[i], metric.Sentence(hypotheses[i], references[i]).Score, $"line {i} {golden["options"]!.ToJsonString()}");
            }
        }
    }

    [Theory]
    [InlineData("a b c d e", "a b c d e", 0)]
    [InlineData("d e a b c", "a b c d e", 1)]
    [InlineData("a b x d e", "a b c d e", 1)]
    [InlineData("", "a b", 2)]
    [InlineData("a b", "", 2)]
    public void AShiftOfARunIsOneEdit(string hypothesis, string reference, int edits) => Assert.Equal(edits, new Ter().Sentence(hypothesis, reference).Edits);

    private static TerOptions OptionsOf(JsonNode options) => new()
    {
        CaseSensitive = (bool?)options["case_sensitive"] ?? false,
        Normalized = (bool?)options["normalized"] ?? false,
        NoPunctuation = (bool?)options["no_punct"] ?? false,
        AsianSupport = (bool?)options["asian_support"] ?? false,
    };
}
