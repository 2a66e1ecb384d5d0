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

    [Fact]
    public void LongTextsAreCountedAsByTheWholeTable()
    {
        Gen.Select(Gen.Char['a', 'd'].Array[60, 220], Gen.Int[0, 90], Gen.Int[0, 1 << 20]).Sample(
            (text, edits, seed) =>
            {
                var (other, chance) = (text.ToList(), new Random(seed));
                for (var edit = 0; edit < edits; edit++)
                {
                    var at = chance.Next(other.Count);
                    _ = chance.Next(3) switch { 0 => Insert(at), 1 when other.Count > 1 => Remove(at), _ => Replace(at) };
                }

                var hypothesis = string.Concat(other);
                Assert.Equal(WholeTable(string.Concat(text), hypothesis), SpeechErrors.OfCharacters(string.Concat(text), hypothesis));

                int Insert(int at) => Do(() => other.Insert(at, (char)('a' + chance.Next(4))));
                int Remove(int at) => Do(() => other.RemoveAt(at));
                int Replace(int at) => Do(() => other[at] = (char)('a' + chance.Next(4)));
            },
            iter: 100, seed: "0000KOIXerv2");

        static int Do(Action act)
        {
            act();
            return 0;
        }
    }

    [Fact]
    public void ATextMayBeFarLongerThanTheOther() => Gen.Select(Gen.Char['a', 'd'].Array[0, 20], Gen.Char['a', 'd'].Array[60, 300]).Sample(
        (few, many) =>
        {
            var (a, b) = (string.Concat(few), string.Concat(many));
            Assert.Equal(WholeTable(a, b), SpeechErrors.OfCharacters(a, b));
            Assert.Equal(WholeTable(b, a), SpeechErrors.OfCharacters(b, a));
        },
        iter: 100, seed: "0000KOIXerv2");

    [Fact]
    public void AVeryLongTextWithFewErrorsTakesLittle()
    {
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i * i % 9973} "));
        var counts = SpeechErrors.OfCharacters(text, text[10..100_000] + "x" + text[100_000..].Replace(" 77 ", " 7 ", StringComparison.Ordinal));
        Assert.Equal((0, 1), (counts.Substitutions, counts.Insertions));
        Assert.InRange(counts.Deletions, 10, 60);
    }

    // All of Levenshtein's table, between what both texts begin and end with.
    private static ErrorCounts WholeTable(string reference, string hypothesis)
    {
        var start = reference.AsSpan().CommonPrefixLength(hypothesis);
        var end = 0;
        while (end < Math.Min(reference.Length, hypothesis.Length) - start && reference[^(end + 1)] == hypothesis[^(end + 1)])
        {
            end++;
        }

        var (a, b) = (reference[start..^end], hypothesis[start..^end]);
        var table = new ErrorCounts[a.Length + 1, b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            for (var i = 0; i <= a.Length; i++)
            {
                var (left, up, both) = (i > 0 ? table[i - 1, j] : default, j > 0 ? table[i, j - 1] : default, i > 0 && j > 0 ? table[i - 1, j - 1] : default);
                if (i == 0 || j == 0)
                {
                    table[i, j] = i > 0 ? left + new ErrorCounts(0, 0, 1, 0) : j > 0 ? up + new ErrorCounts(0, 0, 0, 1) : default;
                    continue;
                }

                var isHit = a[i - 1] == b[j - 1];
                var errors = Math.Min(Errors(both) + (isHit ? 0 : 1), Math.Min(Errors(up), Errors(left)) + 1);
                table[i, j] = errors == Errors(left) + 1 ? left + new ErrorCounts(0, 0, 1, 0)
                    : j > 1 && Errors(up) == Errors(both) - 1 ? up + new ErrorCounts(0, 0, 0, 1)
                    : both + (isHit ? new ErrorCounts(1, 0, 0, 0) : new ErrorCounts(0, 1, 0, 0));
            }
        }

        return table[a.Length, b.Length] + new ErrorCounts(start + end, 0, 0, 0);

        static long Errors(ErrorCounts counts) => counts.Substitutions + counts.Deletions + counts.Insertions;
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
