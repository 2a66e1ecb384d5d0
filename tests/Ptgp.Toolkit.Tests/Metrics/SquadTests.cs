using System.Text.Json;
using System.Text.Json.Nodes;
using Ptgp.Toolkit.Metrics;

namespace Ptgp.Toolkit.Tests.Metrics;

public class SquadTests
{
    private static readonly JsonNode Goldens = Golden.Read("squad.json");

    public static TheoryData<string> Sets => ["made-up", "xquad"];

    [Fact]
    public void AnswersAreNormalizedAsThePublishedScriptDoes()
    {
        var pairs = Goldens["normalized"].Deserialize<string[][]>()!;
        Assert.Equal(106, pairs.Length);
        Assert.All(pairs, pair => Assert.Equal(pair[1], Squad.Normalize(pair[0])));
    }

    [Theory, MemberData(nameof(Sets))]
    public void Version2IsThePublishedScripts(string set)
    {
        var (answers, golden) = (Answers(set), Goldens["sets"]![set]!);
        foreach (var expected in golden["v2"]!.AsArray())
        {
            var score = Squad.Version2(answers, (double?)expected!["na_prob_thresh"] ?? 1);
            Near(expected, "", score.All);
            Near(expected, "HasAns_", score.HasAnswer!);
            Near(expected, "NoAns_", score.NoAnswer!);
            if (expected["best_exact"] is not null)
            {
                Golden.Near((double)expected["best_exact"]!, score.BestExact.Score, set);
                Golden.Near((double)expected["best_f1"]!, score.BestF1.Score, set);
                Assert.Equal(((double)expected["best_exact_thresh"]!, (double)expected["best_f1_thresh"]!), (score.BestExact.Threshold, score.BestF1.Threshold));
            }
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void EachAnswerScoresAsInThePublishedScript(string set)
    {
        var golden = Goldens["sets"]![set]!;
        foreach (var (id, answer) in golden["items"]!.AsArray().Select(item => (string)item![0]!).Zip(Answers(set)))
        {
            var score = Squad.Version2([answer]).All;
            Golden.Near(100 * (double)golden["exact"]![id]!, score.Exact, id);
            Golden.Near(100 * (double)golden["f1"]![id]!, score.F1, id);
            if (answer.Expected.Count > 0)
            {
                Golden.Near(100 * (double)golden["v1_f1"]![id]!, Squad.Version1([answer]).F1, id);
            }
        }
    }

    [Theory, MemberData(nameof(Sets))]
    public void Version1IsThePublishedScripts(string set)
    {
        var (score, golden) = (Squad.Version1([.. Answers(set).Where(answer => answer.Expected.Count > 0)]), Goldens["sets"]![set]!["v1"]!);
        Golden.Near((double)golden["exact_match"]!, score.Exact, set);
        Golden.Near((double)golden["f1"]!, score.F1, set);
        Assert.Equal((int)golden["total"]!, score.Total);
    }

    [Fact]
    public void WhatCannotBeScoredIsRefused()
    {
        Assert.StartsWith("There must be an answer or more to score, but there is none.", Assert.Throws<ArgumentException>(() => Squad.Version2([])).Message, StringComparison.Ordinal);
        Assert.StartsWith("Every question must have an expected answer, but that of 'x' has none. Score it by Version2.", Assert.Throws<ArgumentException>(() => Squad.Version1([new([], "x")])).Message, StringComparison.Ordinal);
    }

    private static List<SquadAnswer> Answers(string set) =>
        [.. Goldens["sets"]![set]!["items"]!.AsArray().Select(item => new SquadAnswer(Golden.Strings(item![1]!), (string)item[2]!, (double)item[3]!))];

    private static void Near(JsonNode expected, string prefix, SquadScore score)
    {
        Golden.Near((double)expected[prefix + "exact"]!, score.Exact, prefix);
        Golden.Near((double)expected[prefix + "f1"]!, score.F1, prefix);
        Assert.Equal((int)expected[prefix == "" ? "total" : prefix + "total"]!, score.Total);
    }
}
