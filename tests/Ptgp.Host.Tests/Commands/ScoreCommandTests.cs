using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ptgp.Host.Tests.Commands;

public sealed class ScoreCommandTests
{
    private static readonly JsonNode Sets = Read("sets.json"), Multi30k = Sets["multi30k"]!;

    [Theory]
    [InlineData("bleu")]
    [InlineData("chrf")]
    [InlineData("ter")]
    public async Task AFileScoresAsTheReferenceScoresIt(string metric)
    {
        using var folder = Lines();
        var (code, output, error) = await folder.RunAsync("score", metric, "--predictions", "written.txt", "--references", "expected.txt", "--json");
        Assert.Equal((0, ""), (code, error));
        var found = JsonNode.Parse(output)!;
        var expected = Read(metric + ".json").AsArray().First(one => (string)one!["set"]! == "multi30k" && (int)one["references"]! == 1 && one["options"]!.AsObject().Count == 0)!;
        Assert.Equal((double)expected["score"]!, (double)found["metrics"]![metric]!, 9);
        Assert.Equal((string?)expected["signature"], (string?)found["signatures"]![metric]);
        Assert.Equal((string?)expected["text"], (string?)found["line"]);
        Assert.Equal(200, (int)found["examples"]!);
    }

    [Fact]
    public async Task OptionsAreNamedAsTheReferenceNamesThem()
    {
        using var folder = Lines();
        var expected = Read("ter.json").AsArray().First(one => (string)one!["set"]! == "multi30k" && (int)one["references"]! == 2 && one["options"]!.AsObject().Count == 0)!;
        var (code, output, _) = await folder.RunAsync("score", "ter", "--predictions", "written.txt", "--references", "expected.txt", "second.txt", "--json");
        Assert.Equal((0, (double)expected["score"]!), (code, Math.Round((double)JsonNode.Parse(output)!["metrics"]!["ter"]!, 14)));
        (code, output, _) = await folder.RunAsync("score", "bleu", "--predictions", "written.txt", "--references", "expected.txt", "--tokenize", "char", "--lowercase", "--smooth-method", "floor", "--json");
        Assert.Equal(0, code);
        Assert.Equal("nrefs:1|case:lc|eff:no|tok:char|smooth:floor[0.10]|version:2.6.0", (string?)JsonNode.Parse(output)!["signatures"]!["bleu"]);
    }

    [Fact]
    public async Task AnIntervalLiesAroundTheScore()
    {
        using var folder = Lines();
        var (_, output, _) = await folder.RunAsync("score", "bleu", "--predictions", "written.txt", "--references", "expected.txt", "--confidence", "--confidence-n", "200", "--json");
        var interval = JsonNode.Parse(output)!["intervals"]!["bleu"]!;
        Assert.Equal(44.12, (double)interval["mean"]!, 0.6);
        Assert.InRange((double)interval["halfWidth"]!, 2.2, 4);
    }

    [Fact]
    public async Task SentencesAreScoredInOrder()
    {
        using var folder = new CommandFolder();
        folder.Write("written.txt", "a b c d\na b c d\n\n");
        folder.Write("expected.txt", "a b c d\nx y z\na\n");
        Assert.Equal((0, "100\n0\n0\n", ""), await folder.RunAsync("score", "bleu", "--predictions", "written.txt", "--references", "expected.txt", "--sentence-level"));
    }

    [Fact]
    public async Task AnswersAreScoredAsByTheScripts()
    {
        using var folder = new CommandFolder();
        var set = Read("squad.json")["sets"]!["made-up"]!;
        var items = set["items"]!.AsArray().Select(item => item!.AsArray()).ToList();
        folder.Write("data.json", new JsonObject
        {
            ["data"] = new JsonArray(new JsonObject
            {
                ["paragraphs"] = new JsonArray(new JsonObject
                {
                    ["context"] = "…",
                    ["qas"] = new JsonArray([.. items.Select(item => new JsonObject
                    {
                        ["id"] = item[0]!.DeepClone(),
                        ["question"] = "?",
                        ["is_impossible"] = item[1]!.AsArray().Count == 0,
                        ["answers"] = new JsonArray([.. item[1]!.AsArray().Select(answer => new JsonObject { ["text"] = answer!.DeepClone(), ["answer_start"] = 0 })]),
                    })]),
                }),
            }),
        }.ToJsonString());
        folder.Write("answers.json", new JsonObject(items.Select(item => KeyValuePair.Create((string)item[0]!, item[2]?.DeepClone()))).ToJsonString());
        folder.Write("none.json", new JsonObject(items.Select(item => KeyValuePair.Create((string)item[0]!, item[3]?.DeepClone()))).ToJsonString());
        foreach (var golden in set["v2"]!.AsArray())
        {
            string[] threshold = golden!["na_prob_thresh"] is { } given ? ["--na-prob-file", "none.json", "--na-prob-thresh", given.ToJsonString()] : [];
            var (code, output, error) = await folder.RunAsync(["score", "squad", "--predictions", "answers.json", "--references", "data.json", "--json", .. threshold]);
            Assert.Equal((0, ""), (code, error));
            var metrics = JsonNode.Parse(output)!["metrics"]!.AsObject();
            var expected = golden.AsObject().Where(figure => figure.Key != "na_prob_thresh" && !figure.Key.EndsWith("total", StringComparison.Ordinal)).ToList();
            Assert.Equal(expected.Count, metrics.Count);
            Assert.All(expected, figure => Assert.Equal((double)figure.Value!, (double)metrics[figure.Key]!, 9));
        }

        folder.Write("few.json", """{ "q1": "the Denver Broncos." }""");
        var said = (await folder.RunAsync("score", "squad", "--predictions", "few.json", "--references", "data.json")).Error;
        Assert.Equal("19 questions of 20 have no answer among the predictions, and count as answered by nothing.\n", said);
    }

    [Fact]
    public async Task WhatIsWrittenByEvaluateNeedsNoReferences()
    {
        using var folder = new CommandFolder();
        folder.Write("run.jsonl", """
            { "input": "?", "predicted": { "text": "a b c" }, "expected": { "text": "a b c", "references": ["x", "a b c"] } }
            { "input": "?", "predicted": { "answer": "yes" }, "expected": { "answer": "", "answers": [] } }
            { "input": "?", "predicted": "cat", "expected": "cat" }
            """);
        var found = JsonNode.Parse((await folder.RunAsync("score", "squad", "--predictions", "run.jsonl", "--json")).Out)!["metrics"]!;
        Assert.Equal((100 * 2.0 / 3, 100.0, 0.0), ((double)found["exact"]!, (double)found["HasAns_exact"]!, (double)found["NoAns_exact"]!));
        found = JsonNode.Parse((await folder.RunAsync("score", "wer", "--predictions", "run.jsonl", "--json")).Out)!;
        Assert.Equal(0.25, (double)found["metrics"]!["wer"]!, 12);
        Assert.Equal("words: 4 right, 0 substituted, 0 missing, 1 too many", (string?)found["line"]);
    }

    [Fact]
    public async Task TranscriptsMayBeNormalizedFirst()
    {
        using var folder = new CommandFolder();
        folder.Write("heard.txt", "Mr. Brown won't pay twenty five dollars.\n");
        folder.Write("said.txt", "mister brown will not pay $25\n");
        folder.Write("spellings.json", """{ "colour": "color" }""");
        Assert.Equal((1.2, 0.0), (await Wer("none"), await Wer("english")));
        Assert.Equal(2, (await folder.RunAsync("score", "wer", "--predictions", "heard.txt", "--references", "said.txt", "--normalizer", "french")).Code);

        async Task<double> Wer(string normalizer)
        {
            var (_, output, _) = await folder.RunAsync("score", "wer", "--predictions", "heard.txt", "--references", "said.txt", "--normalizer", normalizer, "--spellings", folder["spellings.json"], "--json");
            var found = JsonNode.Parse(output)!;
            Assert.Equal(normalizer == "none" ? "nrefs:1|version:jiwer-4.0.0" : "nrefs:1|version:jiwer-4.0.0|norm:english", (string?)found["signatures"]!["wer"]);
            return Math.Round((double)found["metrics"]!["wer"]!, 1);
        }
    }

    [Theory]
    [InlineData("--predictions must name a file, but there is nothing at '{0}/gone.txt'.", 2, "--predictions", "gone.txt")]
    [InlineData("Predictions must come with what was expected, but '{0}/written.txt' has no field 'expected' and no --references are given. Name the file of references, or a file that 'ptgp evaluate --predictions' wrote.", 2, "--predictions", "written.txt")]
    [InlineData("Predictions and references must have as many lines, but '{0}/written.txt' has 2 and '{0}/one.txt' has 1.", 1, "--predictions", "written.txt", "--references", "one.txt")]
    [InlineData("{0}/bad.jsonl(2): what is scored must be a text or an object with a field 'text' or 'answer', but is an object with neither.", 1, "--predictions", "bad.jsonl", "--references", "written.txt")]
    public async Task WhatIsWrongIsSaidWithItsPlace(string message, int code, params string[] args)
    {
        using var folder = new CommandFolder();
        folder.Write("written.txt", "a\nb\n");
        folder.Write("one.txt", "a\n");
        folder.Write("bad.jsonl", "{\"text\":\"a\"}\n{\"title\":\"b\"}\n");
        Assert.Equal((code, "", message.Replace("{0}", folder.Path, StringComparison.Ordinal) + "\n"), await folder.RunAsync(["score", "chrf", .. args]));
    }

    private static CommandFolder Lines()
    {
        var folder = new CommandFolder();
        folder.Write("written.txt", Text(Multi30k["hypotheses"]!));
        folder.Write("expected.txt", Text(Multi30k["references"]![0]!));
        folder.Write("second.txt", Text(Multi30k["references"]![1]!));
        folder.Write("worse.txt", Text(Sets["multi30k-worse"]!["hypotheses"]!));
        return folder;
    }

    private static string Text(JsonNode lines) => string.Concat(lines.Deserialize<string[]>()!.Select(line => line + "\n"));

    private static JsonNode Read(string name) => JsonNode.Parse(File.ReadAllText(Repository.Fixture("metrics", name)))!;

    public sealed class Compare
    {
        [Theory]
        [InlineData("bootstrap")]
        [InlineData("randomization")]
        public async Task AWorseSystemIsToldFromChance(string test)
        {
            using var folder = Lines();
            var (code, output, error) = await folder.RunAsync("compare", "written.txt", "worse.txt", "--references", "expected.txt", "--metric", "bleu", "--metric", "ter --normalized", "--samples", "200", "--test", test, "--json");
            Assert.Equal((0, ""), (code, error));
            var metrics = JsonNode.Parse(output)!["metrics"]!.AsArray();
            Assert.Equal(["bleu", "ter"], metrics.Select(metric => (string)metric!["name"]!));
            Assert.All(metrics, metric => Assert.Equal(("a", true), ((string?)metric!["better"], (double)metric["p"]! < 0.01)));
            Assert.Equal((44.12333967844022, 24.8147519846442), (Math.Round((double)metrics[0]!["a"]!["score"]!, 14), Math.Round((double)metrics[0]!["b"]!["score"]!, 13)));
            Assert.Contains("norm:yes", (string?)metrics[1]!["signature"], StringComparison.Ordinal);
        }

        [Fact]
        public async Task ASystemIsNoBetterThanItself()
        {
            using var folder = Lines();
            var (_, output, _) = await folder.RunAsync("compare", "written.txt", "written.txt", "--references", "expected.txt", "--samples", "20");
            Assert.Equal(2, output.Split("no difference shown").Length - 1);
            Assert.Contains("200 examples", output, StringComparison.Ordinal);
        }

        [Theory]
        [InlineData("""{ "answer": "b", "score": 1 }""", """{ "answer": "b", "answers": [{ "answer": "a" }, { "answer": "b" }] }""", "f1", "exact")]
        [InlineData("""{ "answer": "" }""", """{ "answer": "" }""", "f1", "exact")]
        [InlineData("\"b\"", "[]", "f1", "exact")]
        [InlineData("""{ "text": "b" }""", """{ "text": "b", "references": ["a", "b"] }""", "bleu", "chrf")]
        [InlineData("\"b\"", "[\"a\", \"b\"]", "bleu", "chrf")]
        public async Task AnswersAreComparedAsAnswersAndTextsAsTexts(string predicted, string expected, params string[] metrics)
        {
            using var folder = new CommandFolder();
            folder.Write("a.jsonl", $$"""{ "input": "?", "predicted": {{predicted}}, "expected": {{expected}} }""");
            var (code, output, _) = await folder.RunAsync("compare", "a.jsonl", "a.jsonl", "--samples", "5", "--json");
            Assert.Equal(0, code);
            var compared = JsonNode.Parse(output)!["metrics"]!.AsArray();
            Assert.Equal(metrics, compared.Select(metric => (string)metric!["name"]!));
            if (metrics[0] == "f1")
            {
                Assert.All(compared, metric => Assert.Equal(expected.Contains("\"b\"", StringComparison.Ordinal) ? "SQuAD 1.1" : "SQuAD 2.0", (string?)metric!["signature"]));
            }
        }

        [Theory]
        [InlineData("Two systems can only be compared by the same examples, but '{0}/a.jsonl' has 1 and '{0}/two.jsonl' has 2.", 1, "a.jsonl", "two.jsonl")]
        [InlineData("Two systems can only be compared by the same examples, but on line 1 '{0}/a.jsonl' and '{0}/other.jsonl' expect different answers.", 1, "a.jsonl", "other.jsonl")]
        [InlineData("--metric must begin with one of bleu, chrf, ter, rouge, squad, wer, classes, but is 'blue'. Did you mean 'bleu'?", 2, "a.jsonl", "a.jsonl", "--metric", "blue")]
        [InlineData("--metric 'bleu --stem': Unrecognized command or argument '--stem'.", 2, "a.jsonl", "a.jsonl", "--metric", "bleu --stem")]
        public async Task WhatCannotBeComparedIsRefused(string message, int code, params string[] args)
        {
            using var folder = new CommandFolder();
            folder.Write("a.jsonl", """{ "predicted": "a", "expected": "a" }""");
            folder.Write("other.jsonl", """{ "predicted": "a", "expected": "b" }""");
            folder.Write("two.jsonl", "{ \"predicted\": \"a\", \"expected\": \"a\" }\n{ \"predicted\": \"a\", \"expected\": \"a\" }\n");
            Assert.Equal((code, "", message.Replace("{0}", folder.Path, StringComparison.Ordinal) + "\n"), await folder.RunAsync(["compare", .. args]));
        }
    }
}
