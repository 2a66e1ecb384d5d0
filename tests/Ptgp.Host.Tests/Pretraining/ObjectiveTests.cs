using Ptgp.Backbone;
using Ptgp.Host.Pretraining;

namespace Ptgp.Host.Tests.Pretraining;

public sealed class ObjectiveTests
{
    private static readonly string[] models = ["t5-v1_1", "bart", "bert", "roberta", "gpt2", "llama", "marian"];

    public static TheoryData<string, string> Fits => new(
        from model in models
        from objective in Objective.All
        let checkpoint = CheckpointFolder.Open(Repository.Fixture("models", model))
        where objective.Lacks(checkpoint.Describe(model).Features, new(checkpoint.LoadTokenizer()), Settings) is null
        select (model, objective.Name));

    private static PretrainingSettings Settings => new() { Objectives = new Dictionary<string, double>(), Block = 48 };

    [Fact]
    public void EachShapeHasObjectivesOfItsOwn()
    {
        var fits = Fits.Select(row => row.Data).ToLookup(pair => pair.Item1, pair => pair.Item2);
        Assert.Equal(["prefix", "mlm", "tlm", "span", "ul2", "denoise", "rtd", "sop"], fits["t5-v1_1"]);
        Assert.Equal(["prefix", "mlm", "tlm", "denoise", "rtd", "sop"], fits["bart"]);
        Assert.Equal(["mlm", "tlm", "rtd", "sop"], fits["bert"]);
        Assert.Equal(["clm", "prefix", "rtd", "sop"], fits["gpt2"]);
        Assert.Equal(["prefix", "rtd", "sop"], fits["marian"]);
    }

    [Theory]
    [MemberData(nameof(Fits))]
    public void WhatIsMadeFitsTheBlockAndFollowsFromTheDrawAlone(string model, string name)
    {
        var (ids, objective) = (new SpecialIds(CheckpointFolder.Open(Repository.Fixture("models", model)).LoadTokenizer()), Objective.All.First(one => one.Name == name));
        var text = string.Join(' ', Enumerable.Repeat("A man rides a bike. Two dogs play in the snow! Where is the dog?", 4));
        var room = objective.Room(ids, Settings);
        var tokens = ids.Tokenizer.Tokenize(text).Take(room).ToList();
        for (var round = 0; round < 40; round++)
        {
            TextBlock block = new([.. tokens.Select(token => token.Id)], [.. tokens.Select(token => token.Word)], 7) { Round = round, Split = objective.NeedsPairs ? tokens.Count / 2 : 0 };
            var made = objective.Make(block.Draw(5, 0), block, ids, Settings);
            var again = objective.Make(block.Draw(5, 0), block, ids, Settings);
            Assert.Equal((made.Input, made.Labels), (again.Input, again.Labels), Sequences);
            Assert.InRange(made.Input.Count, 1, Settings.Block + (name == "denoise" ? 12 : 0));
            Assert.Contains(made.Labels, label => label != Learned.Ignored);
            if (objective.Loss is LossKind.Told or LossKind.Judged)
            {
                Assert.Equal(made.Input.Count, made.Labels.Count);
            }
        }
    }

    [Fact]
    public void HiddenSharesAreThoseAskedFor()
    {
        var random = new Random(3);
        int[] words = [-1, .. Enumerable.Range(0, 200).SelectMany(word => new[] { word, word }), -1];
        var fates = Enumerable.Range(0, 200).SelectMany(_ => Masking.Draw(random, words, 0.15)).ToList();
        Assert.Equal(200 * 60, fates.Count(fate => fate != Masking.Fate.None));
        Assert.Equal(0.8, fates.Count(fate => fate == Masking.Fate.Masked) / 12000.0, 0.02);
        Assert.Equal(0.1, fates.Count(fate => fate == Masking.Fate.Replaced) / 12000.0, 0.02);

        var masks = Enumerable.Range(0, 300).Select(_ => SpanCorruption.Draw(random, 100, 0.15, 3)).ToList();
        Assert.All(masks, mask => Assert.Equal((15, 5, false, true), (mask.Count(isOut => isOut), mask.Where((isOut, i) => isOut && !mask[i - 1]).Count(), mask[0], mask[^1])));
        // Each place but the first and the last ones is as likely as others.
        Assert.Equal(0.15, masks.Average(mask => mask[30..60].Count(isOut => isOut)) / 30, 0.03);

        var starts = Enumerable.Range(0, 102).Select(i => i is > 0 and < 101).ToArray();
        var spans = Enumerable.Range(0, 300).Select(_ => Denoising.Draw(random, starts, 0.3)).ToList();
        Assert.All(spans, drawn => Assert.InRange(drawn.Spans.Sum(span => span.Words), 1, 30));
        Assert.Equal(3, spans.Average(drawn => 30.0 / (drawn.Spans.Count + drawn.Inserts)), 0.3);
    }

    [Fact]
    public void WhatIsReplacedOrSwappedIsTold()
    {
        Assert.Equal(([9, 5, 7, 1], [Learned.Ignored, 0, 1, Learned.Ignored]), Pair(ReplacedTokens.Apply([9, 5, 6, 1], [null, 5, 7, null], id => id is 9 or 1)), Lists);
        Assert.Equal(([0, 7, 8, 1, 5, 6, 1], [1]), Pair(SentenceOrder.Apply([5, 6, 7, 8], 2, isSwapped: true, [0], [1])), Lists);
        Assert.Equal(([0, 5, 6, 1, 7, 8, 1], [0]), Pair(SentenceOrder.Apply([5, 6, 7, 8], 2, isSwapped: false, [0], [1])), Lists);
        Assert.Equal(2, SentenceOrder.Split([5, 4, 6, 7, 8, 9], id => id == 4));
        Assert.Equal(3, SentenceOrder.Split([5, 6, 6, 7, 8, 9], id => id == 4));

        static (int[], int[]) Pair(Learned made) => ([.. made.Input], [.. made.Labels]);
    }

    private static bool Lists((int[] Input, int[] Labels) one, (int[] Input, int[] Labels) other) => one.Input.SequenceEqual(other.Input) && one.Labels.SequenceEqual(other.Labels);

    private static bool Sequences((IReadOnlyList<int> Input, IReadOnlyList<int> Labels) one, (IReadOnlyList<int> Input, IReadOnlyList<int> Labels) other) =>
        one.Input.SequenceEqual(other.Input) && one.Labels.SequenceEqual(other.Labels);
}
