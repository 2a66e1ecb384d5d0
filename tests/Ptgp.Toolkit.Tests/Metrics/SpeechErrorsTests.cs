using System.Text.Json.Nodes;
using CsCheck;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

public class SpeechErrorsTests
{
    private static readonly JsonNode golden = Golden.Read("wer.json");

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, golden["cases"]!.AsArray().Count)];

    [Theory, MemberData(nameof(Cases))]
    public void CountsAndRatesAreTheReferences(int index)
    {
        var each = golden["cases"]![index]!;
        var (reference, hypothesis) = ((string)each["reference"]!, (string)each["hypothesis"]!);
        Compare(each["words"]!, SpeechErrors.OfWords(reference, hypothesis));
        Compare(each["characters"]!, SpeechErrors.OfCharacters(reference, hypothesis));
    }

    [Fact]
    public void RatesOfACorpusAreThoseOfItsCounts()
    {
        var lines = golden["cases"]!.AsArray().Take(24).Select(each => (Reference: (string)each!["reference"]!, Hypothesis: (string)each["hypothesis"]!)).ToList();
        Compare(golden["corpus"]!["words"]!, lines.Select(line => SpeechErrors.OfWords(line.Reference, line.Hypothesis)).Aggregate(ErrorCounts.Add));
        Compare(golden["corpus"]!["characters"]!, lines.Select(line => SpeechErrors.OfCharacters(line.Reference, line.Hypothesis)).Aggregate(ErrorCounts.Add));
    }

    [Fact]
    public void CountsAddUpToTheLengths()
    {
        Gen.Select(Gen.Int[0, 3].Array[0, 12], Gen.Int[0, 3].Array[0, 12]).Sample((a, b) =>
        {
            var counts = SpeechErrors.OfWords(string.Join(' ', a), string.Join(' ', b));
            Assert.Equal(a.Length, counts.Hits + counts.Substitutions + counts.Deletions);
            Assert.Equal(b.Length, counts.Hits + counts.Substitutions + counts.Insertions);
            var turned = SpeechErrors.OfWords(string.Join(' ', b), string.Join(' ', a));
            Assert.Equal(counts.Substitutions + counts.Deletions + counts.Insertions, turned.Substitutions + turned.Deletions + turned.Insertions);
        });
    }

    private static void Compare(JsonNode expected, ErrorCounts actual)
    {
        Assert.Equal(new((long)expected["hits"]!, (long)expected["substitutions"]!, (long)expected["deletions"]!, (long)expected["insertions"]!), actual);
        Golden.Near((double)(expected["wer"] ?? expected["cer"])!, actual.ErrorRate, "error rate");
        if (expected["wer"] is not null)
        {
            Golden.Near((double)expected["mer"]!, actual.MatchErrorRate, "mer");
            Golden.Near((double)expected["wil"]!, actual.InformationLost, "wil");
            Golden.Near((double)expected["wip"]!, actual.InformationPreserved, "wip");
        }
    }
}
