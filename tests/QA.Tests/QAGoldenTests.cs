using System.Text.Json.Nodes;

namespace Ptgp.QA.Tests;

/// <summary>Answers equal those of the reference's pipeline, in every setting of <c>bert-qa/golden/qa.json</c>.</summary>
public sealed class QAGoldenTests : IDisposable
{
    private const double Tolerance = 1e-4;
    private static readonly JsonNode Golden = JsonNode.Parse(File.ReadAllText(Repository.Fixture("models", "bert-qa", "golden", "qa.json")))!;
    private readonly CheckpointBackbone backbone = new("bert-qa");

    public static TheoryData<string> Cases => [.. Golden["cases"]!.AsArray().Select(one => (string)one!["name"]!)];

    [Theory, MemberData(nameof(Cases))]
    public async Task AnswersAreTheReferences(string name)
    {
        var golden = Golden["cases"]!.AsArray().Single(one => (string)one!["name"]! == name)!;
        var (named, count, worst) = ((Func<string, JsonNode?>)(option => golden["options"]![option]), 0, 0.0);
        using var head = (QAHead)new QAPlugin().CreateHead(backbone);
        var host = new Host(head, backbone.Encode);
        foreach (var row in golden["results"]!.AsArray())
        {
            var example = Golden["examples"]![(int)row!["example"]!]!;
            var question = new Question
            {
                Text = (string)example["question"]!,
                Contexts = [(string)example["context"]!],
                TopK = (int?)named("top_k"),
                DocStride = (int?)named("doc_stride"),
                MaxSeqLen = (int?)named("max_seq_len"),
                MaxQuestionLen = (int?)named("max_question_len"),
                MaxAnswerLen = (int?)named("max_answer_len"),
                HandleImpossibleAnswer = (bool?)named("handle_impossible_answer"),
                AlignToWords = (bool?)named("align_to_words"),
            };
            if (row["refused"] is not null)
            {
                Assert.StartsWith("A question must leave its context more than the", Assert.Throws<FormatException>(() => head.Split(question)).Message, StringComparison.Ordinal);
                continue;
            }

            var reply = await head.AnswerAsync(question, host, TestContext.Current.CancellationToken);
            var expected = row["answers"]!.AsArray();
            var actual = reply.Answers ?? [reply];
            Assert.Equal(expected.Count, actual.Count);
            foreach (var (one, answer) in expected.Zip(actual))
            {
                Assert.Equal(((string)one!["answer"]!, (int)one["start"]!, (int)one["end"]!), (answer.Answer, answer.Start, answer.End));
                Assert.Equal(((int?)one["start_utf16"], (int?)one["end_utf16"]), (answer.StartUtf16, answer.EndUtf16));
                worst = Math.Max(worst, Math.Abs((double)one["score"]! - answer.Score!.Value));
            }

            count++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {count} questions, the largest difference of scores {worst:E2}");
        Assert.InRange(count, 33, 35);
        Assert.InRange(worst, 0, Tolerance);
    }

    [Fact]
    public void EverySettingIsHere() => Assert.Equal((11, 35), (Golden["cases"]!.AsArray().Count, Golden["examples"]!.AsArray().Count));

    public void Dispose() => backbone.Dispose();
}
