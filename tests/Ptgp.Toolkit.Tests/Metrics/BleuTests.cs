using System.Text.Json;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

public class BleuTests
{
    [Fact]
    public void CorpusScoresEqualSacreBleus()
    {
        var cases = Golden.Read("bleu.json").AsArray();
        Assert.Equal(76, cases.Count);
        foreach (var golden in cases)
        {
            var score = new Bleu(Golden.BleuOptions(golden!["options"]!)).Corpus(Golden.Hypotheses((string)golden["set"]!), Golden.ReferencesOf(golden));
            var what = golden["set"] + golden["options"]!.ToJsonString();
            Assert.Equal((string)golden["signature"]!, score.Signature);
            Assert.Equal((string)golden["text"]!, score.ToString());
            Assert.Equal(golden["counts"].Deserialize<double[]>(), score.Counts);
            Assert.Equal(golden["totals"].Deserialize<double[]>(), score.Totals);
            Assert.Equal(((long)golden["sys_len"]!, (long)golden["ref_len"]!), (score.Length, score.ReferenceLength));
            Golden.Near((double)golden["score"]!, score.Score, what);
            Golden.Near((double)golden["bp"]!, score.BrevityPenalty, what);
            foreach (var (expected, actual) in golden["precisions"].Deserialize<double[]>()!.Zip(score.Precisions))
            {
                Golden.Near(expected, actual, what);
            }
        }
    }

    [Fact]
    public void SentenceScoresEqualSacreBleus()
    {
        foreach (var golden in Golden.Read("sentence.json")["bleu"]!.AsArray())
        {
            var metric = new Bleu(Golden.BleuOptions(golden!["options"]!));
            var (hypotheses, references) = (Golden.Hypotheses("made-up"), Golden.ReferencesOf(golden));
            var scores = golden["scores"].Deserialize<double[]>()!;
            Assert.Equal(hypotheses.Count, scores.Length);
            for (var i = 0; i < scores.Length; i++)
            {
                Golden.Near(scores[i], metric.Sentence(hypotheses[i], references[i]).Score, $"line {i} {golden["options"]!.ToJsonString()}");
            }
        }
    }

    [Fact]
    public void TokenizersEqualSacreBleus()
    {
        var goldens = Golden.Read("bleu-tokenizers.json").AsObject().Where(golden => golden.Key != "about").ToList();
        Assert.Equal(5, goldens.Count);
        foreach (var (name, lines) in goldens)
        {
            var tokenized = Golden.Hypotheses("made-up").Select(line => BleuTokenizers.Tokenize(Golden.Tokenizer(name), ReferenceText.TrimEnd(line)));
            Assert.Equal(Golden.Strings(lines!), tokenized);
        }
    }

    [Fact]
    public void ACorpusWithoutLinesScoresNothing() => Assert.Equal(0, new Bleu().Corpus([], Array.Empty<string>()).Score);

    [Fact]
    public void UnequalNumbersOfLinesAreAnError()
    {
        var error = Assert.Throws<ArgumentException>(() => new Bleu().Corpus(["a", "b"], ["a"]));
        Assert.StartsWith("Each hypothesis must have its references, but there are 2 hypotheses and 1 lists of references.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALineWithoutReferenceIsAnErrorThatNamesIt()
    {
        var error = Assert.Throws<ArgumentException>(() => new Bleu().Corpus(["a", "b"], [["a"], []]));
        Assert.StartsWith("Each line must have a reference, but line 2 has none.", error.Message, StringComparison.Ordinal);
    }
}
