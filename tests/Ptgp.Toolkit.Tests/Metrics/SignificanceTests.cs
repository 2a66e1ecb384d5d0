using System.Text.Json.Nodes;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

/// <summary>The draws are not sacreBLEU's, so means, intervals and probabilities are compared within the tolerances that the golden file states.</summary>
public class SignificanceTests
{
    private static readonly JsonArray Cases = Golden.Read("significance.json")["cases"]!.AsArray();

    [Fact]
    public void IntervalsAgreeWithSacreBleus()
    {
        var cases = Cases.Where(golden => golden!["mean"] is not null).ToList();
        Assert.Equal(8, cases.Count);
        foreach (var golden in cases)
        {
            var interval = Significance.Bootstrap(MetricOf(golden!), System((string)golden!["system"]!), References((int?)golden["references"] ?? 1));
            Assert.Equal((double)golden["mean"]!, interval.Mean, 0.3);
            Assert.InRange(interval.HalfWidth / (double)golden["ci"]!, 0.85, 1.15);
        }
    }

    [Fact]
    public void ProbabilitiesAgreeWithSacreBleus()
    {
        var cases = Cases.Where(golden => golden!["p_value"] is not null).ToList();
        Assert.Equal(8, cases.Count);
        foreach (var golden in cases)
        {
            var (metric, baseline, system) = (MetricOf(golden!), System("baseline"), System((string)golden!["system"]!));
            var probability = (string)golden["test"]! == "paired bootstrap"
                ? Significance.ByBootstrap(metric, baseline, system, References(1))
                : Significance.ByRandomization(metric, baseline, system, References(1));
            Assert.Equal((double)golden["p_value"]!, probability, 0.03);
        }
    }

    [Fact]
    public void ASystemDoesNotDifferFromItself()
    {
        Assert.Equal(1, Significance.ByRandomization(new Chrf(), System("almost"), System("almost"), References(1), samples: 20));
        Assert.Equal(1, Significance.ByBootstrap(new Bleu(), System("baseline"), System("baseline"), References(1), samples: 20));
    }

    [Fact]
    public void TheSameSeedDrawsTheSameLines()
    {
        var first = Significance.Bootstrap(new Bleu(), System("baseline"), References(1), samples: 50, seed: 7);
        Assert.Equal(first, Significance.Bootstrap(new Bleu(), System("baseline"), References(1), samples: 50, seed: 7));
        Assert.NotEqual(first, Significance.Bootstrap(new Bleu(), System("baseline"), References(1), samples: 50, seed: 8));
    }

    private static ICorpusMetric MetricOf(JsonNode golden) => (string)golden["metric"]! == "BLEU" ? new Bleu() : new Chrf();

    private static IReadOnlyList<IReadOnlyList<string>> References(int count) => Golden.References("multi30k", count);

    private static IReadOnlyList<string> System(string name)
    {
        var (baseline, worse) = (Golden.Hypotheses("multi30k"), Golden.Hypotheses("multi30k-worse"));
        return name switch
        {
            "baseline" => baseline,
            "worse" => worse,
            _ => [.. baseline.Select((line, i) => i % 9 == 0 ? worse[i] : line)],
        };
    }
}
