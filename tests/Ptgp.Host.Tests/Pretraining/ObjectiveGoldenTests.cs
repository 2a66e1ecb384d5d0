using System.Text.Json.Nodes;
using Ptgp.Host.Pretraining;
using Ptgp.Host.Tasks;

namespace Ptgp.Host.Tests.Pretraining;

/// <summary>Given the decisions, inputs and labels are the reference's; see <c>tests/fixtures/training</c>.</summary>
public sealed class ObjectiveGoldenTests
{
    [Fact]
    public void SpanCorruptionEqualsT5s()
    {
        var golden = Golden("t5-span");
        foreach (var row in golden["span_corruption"]!.AsArray())
        {
            var (ids, mask) = (Ids(row!["ids"]), Truths(row["mask"]));
            Equal(row, SpanCorruption.Apply(ids, mask, Sentinel, 1));
            if (row["density"] is { } density)
            {
                Assert.Equal(((int)row["noise_tokens"]!, (int)row["spans"]!), SpanCorruption.Count(ids.Length, (double)density, (double)row["mean_span"]!));
                Assert.Equal(mask, SpanCorruption.Mask(Ids(row["kept_lengths"]), Ids(row["noise_lengths"])));
            }
        }

        foreach (var row in golden["expanded_lengths"]!.AsArray())
        {
            Assert.Equal(((int)row!["raw_tokens"]!, (int)row["targets_length"]!), SpanCorruption.Expand((int)row["inputs_length"]!, (double)row["density"]!, (double)row["mean_span"]!));
        }
    }

    [Fact]
    public void TheMixtureEqualsUl2s()
    {
        var golden = Golden("t5-span");
        foreach (var row in golden["ul2"]!.AsArray())
        {
            Equal(row!, SpanCorruption.Apply(Ids(row!["ids"]), Truths(row["mask"]), Sentinel, 1, (int)row["mode_token"]!));
        }

        foreach (var row in golden["prefix_lm"]!.AsArray())
        {
            var (ids, split) = (Ids(row!["ids"]), (int)row["split"]!);
            Equal(row["encoder_decoder"]!, Continuation.Prefix(ids, split, 1));
            Equal(row["ul2_S"]!, Continuation.Prefix(ids, split, 1, (int)row["ul2_S"]!["mode_token"]!, Sentinel(0)));
            var inOne = Continuation.InOne(ids, split, 1);
            Assert.Equal(Ids(row["decoder_only"]!["input_ids"]), inOne.Input.Concat(inOne.Labels));
            Assert.Equal(Ids(row["decoder_only"]!["labels"]), inOne.Input.Select(_ => Learned.Ignored).Concat(inOne.Labels));
        }
    }

    [Fact]
    public void MaskingEqualsBertsCollators()
    {
        var golden = Golden("bert-mlm");
        foreach (var row in golden["cases"]!.AsArray())
        {
            for (var i = 0; i < row!["ids"]!.AsArray().Count; i++)
            {
                var (chosen, masked, random) = (Truths(row["chosen"]![i]), Truths(row["to_mask"]![i]), Truths(row["to_random"]![i]));
                Masking.Fate[] fates = [.. chosen.Select((isChosen, at) => masked[at] ? Masking.Fate.Masked : random[at] ? Masking.Fate.Replaced : isChosen ? Masking.Fate.Kept : Masking.Fate.None)];
                Equal(row, Masking.Apply(Ids(row["ids"]![i]), fates, 4, at => (int)row["random_words"]![i]![at]!), i);
            }
        }

        // Whole words: which are chosen says which tokens are.
        var words = golden["whole_words"]!;
        for (var i = 0; i < words["ids"]!.AsArray().Count; i++)
        {
            var (ids, shown) = (Ids(words["ids"]![i]), Ids(words["input_ids"]![i]));
            var chosen = Ids(words["chosen_words"]![i]).SelectMany(word => Ids(words["word_groups"]![i]![word])).ToHashSet();
            Masking.Fate[] fates = [.. ids.Select((id, at) => !chosen.Contains(at) ? Masking.Fate.None : shown[at] == 4 ? Masking.Fate.Masked : shown[at] == id ? Masking.Fate.Kept : Masking.Fate.Replaced)];
            Equal(words, Masking.Apply(ids, fates, 4, at => shown[at]), i);
        }
    }

    [Fact]
    public void DenoisingEqualsBarts()
    {
        foreach (var row in Golden("bart-denoise")["cases"]!.AsArray())
        {
            var (ids, starts) = (Ids(row!["ids"]), Truths(row["word_start"]));
            if (row["order"] is { } order)
            {
                var sentences = Denoising.Sentences(ids, id => id == 4);
                Assert.Equal(row["sentences"]!.AsArray().Select(pair => ((int)pair![0]!, (int)pair[1]!)), sentences);
                ids = [.. Denoising.Permute(ids, sentences, Ids(order))];
                Assert.Equal(Ids(row["permuted"]), ids);
            }

            List<(int, int)> spans = [.. row["spans"]!.AsArray().Select(pair => ((int)pair![0]!, (int)pair[1]!))];
            Assert.Equal(Ids(row["infilled"]), Denoising.Infill(ids, starts, spans, 50, []));
            if (row["insert_positions"] is { } inserts)
            {
                Assert.Equal(Ids(row["input_ids"]), Denoising.Infill(ids, starts, spans, 50, Ids(inserts)));
            }
        }
    }

    [Fact]
    public void BlocksOfDocumentsEqualTheReferencesGroups()
    {
        var golden = Golden("gpt2-clm");
        foreach (var row in golden["group_texts"]!.AsArray())
        {
            var blocks = Continuation.Group(golden["with_eos"]!.AsArray().Select(Ids), (int)row!["block_size"]!).ToList();
            Assert.Equal(row["input_ids"]!.AsArray().Select(Ids), blocks);
            Assert.Equal(row["labels"]!.AsArray().Select(Ids), blocks);
        }

        var (only, end) = (golden["completion_only"]!, (int)golden["eos"]!);
        var (prompt, answer) = (Ids(only["prompt"]), Ids(only["answer"]));
        var made = Continuation.InOne([.. prompt, .. answer], prompt.Length, end);
        Assert.Equal(Ids(only["input_ids"]), made.Input.Concat(made.Labels));
        Assert.Equal(Ids(only["labels"]), made.Input.Select(_ => Learned.Ignored).Concat(made.Labels));
    }

    [Fact]
    public void RowsArePaddedAsTheReferencesAre()
    {
        var golden = Golden("seq2seq");
        var (rows, expected) = (golden["rows"]!.AsArray(), golden["cases"]![0]!);
        using var scope = TorchSharp.torch.NewDisposeScope();
        Collator collator = new() { Device = TorchSharp.torch.CPU, PadId = 0 };
        var batch = collator.Collate([.. rows.Select(row => Features.FromTokens(Ids(row!["input_ids"])))]);
        var (labels, _) = collator.Collate([.. rows.Select(row => Target.FromLabels(Ids(row!["labels"]).Select(id => (long)id)))]);
        Assert.Equal(Flat(expected["input_ids"]), batch.Source.data<long>());
        Assert.Equal(Flat(expected["attention_mask"]), batch.Mask.to_type(TorchSharp.torch.ScalarType.Int64).data<long>());
        Assert.Equal(Flat(expected["labels"]), labels.data<long>());

        static IEnumerable<long> Flat(JsonNode? table) => table!.AsArray().SelectMany(Ids).Select(id => (long)id);
    }

    private static int Sentinel(int number) => 1099 - number;

    private static void Equal(JsonNode expected, Learned made, int? row = null)
    {
        Assert.Equal(Ids(row is { } i ? expected["input_ids"]![i] : expected["input_ids"]), made.Input);
        Assert.Equal(Ids(row is { } j ? expected["labels"]![j] : expected["labels"]), made.Labels);
    }

    private static JsonNode Golden(string name) => JsonNode.Parse(File.ReadAllText(Repository.Fixture("training", name, "golden.json")))!;

    private static int[] Ids(JsonNode? list) => [.. list!.AsArray().Select(id => (int)id!)];

    private static bool[] Truths(JsonNode? list) => [.. list!.AsArray().Select(truth => (int)truth! == 1)];
}
