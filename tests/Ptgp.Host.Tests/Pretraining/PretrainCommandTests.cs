using System.Text.Json.Nodes;
using Ptgp.Backbone;
using Ptgp.Host.Commands;
using Ptgp.Host.Pretraining;
using Ptgp.Host.Tasks;
using Ptgp.Host.Tests.Commands;
using Ptgp.Host.Tests.Training;

namespace Ptgp.Host.Tests.Pretraining;

[Collection(DrawingTests.Name)]
public sealed class PretrainCommandTests
{
    private const string Text = "a man rides a bike . two dogs play in the snow .\na woman reads a book . the dog runs .\ntwo men play in the water .\n";

    [Theory]
    [InlineData("bart", "denoise")]
    [InlineData("t5-v1_1", "ul2")]
    [InlineData("marian", "prefix")]
    [InlineData("bert", "tlm")]
    public async Task TheLossFallsAndACheckpointIsMade(string model, string objective)
    {
        using var folder = Folder(objective == "tlm");
        var (code, output, error) = await Run(folder, model, "--objective", objective);
        Assert.True(code == 0, error);
        Assert.Equal(folder["made/best"] + "\n", output);
        var losses = Evaluations(folder).ConvertAll(evaluation => (double)evaluation["loss"]!);
        Assert.True(losses[^1] < losses[0], $"The loss must fall, but goes from {losses[0]} to {losses[^1]}.");
        using var before = CheckpointFolder.Open(Repository.Fixture("models", model)).LoadTransformer(TorchSharp.torch.CPU, TorchSharp.torch.float32);
        using var learned = CheckpointFolder.Open(folder["made/best"]).LoadTransformer(TorchSharp.torch.CPU, TorchSharp.torch.float32);
        Assert.Equal(before.NamedParameters.Keys, learned.NamedParameters.Keys);
        Assert.NotEmpty(CheckpointFolder.Open(folder["made/best"]).LoadTokenizer().Encode("a dog").Ids);
    }

    [Theory]
    [InlineData("t5-v1_1", "span", "mlm:0.5")]
    [InlineData("gpt2", "clm", "rtd")]
    [InlineData("gpt2", "clm", "sop")]
    [InlineData("bert", "mlm", "rtd:2")]
    public async Task GenerativeAndPredictiveObjectivesAreLearnedTogether(string model, string one, string other)
    {
        using var folder = Folder();
        var (code, _, error) = await Run(folder, model, "--objective", one, "--objective", other);
        Assert.True(code == 0, error);
        string[] names = [one, other.Split(':')[0]];
        Assert.StartsWith($"# Pre-training by {string.Join(", ", names)}\n", await File.ReadAllTextAsync(folder["made/report.md"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(File.Exists(folder["made/curves.png"]));
        Assert.Single(Directory.GetFiles(folder["made/tensorboard"]));
        var evaluations = Evaluations(folder);
        foreach (var name in names)
        {
            Assert.True((double)evaluations[^1][name]! < (double)evaluations[0][name]!, $"{name} must fall, but goes from {evaluations[0][name]} to {evaluations[^1][name]}.");
        }

        var weight = other.Contains(':', StringComparison.Ordinal) ? double.Parse(other.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture) : 1;
        Assert.Equal(((double)evaluations[^1][names[0]]! + (weight * (double)evaluations[^1][names[1]]!)) / (1 + weight), (double)evaluations[^1]["joint"]!, 1e-6);
    }

    [Theory]
    [InlineData("clm", "prefix")]
    [InlineData("clm", "rtd:2")]
    [InlineData("clm", "sop")]
    public async Task TextsThatShareRowsAreLearnedAsInARowEach(string one, string other)
    {
        List<List<JsonNode>> lines = [];
        foreach (var recipe in new[] { "gradientCheckpointing=false", "packing=64" })
        {
            using var folder = Folder();
            folder.Write("text.txt", string.Concat(Enumerable.Range(1, 12).Select(i => string.Join(' ', Text.Split(' ').Skip(i).Take(i % 5 + 4)).ReplaceLineEndings(" ") + "\n")));
            var (code, _, error) = await Run(folder, "gpt2", ["--separate", "--objective", one, "--objective", other, .. Recipe("maxSteps=6", recipe)]);
            Assert.True(code == 0, error);
            lines.Add([.. File.ReadLines(folder["made/metrics.jsonl"]).Select(line => JsonNode.Parse(line)!)]);
        }

        Assert.Equal(lines[0].Count, lines[1].Count);
        Assert.All(lines[0].Zip(lines[1]), pair => Assert.All((pair.First["evaluation"] ?? pair.First).AsObject(), figure =>
            Assert.Equal((double)figure.Value!, (double)(pair.Second["evaluation"] ?? pair.Second)[figure.Key]!, 1e-3)));
    }

    [Fact]
    public async Task WhatWasInterruptedGoesOnAsIfItHadNotBeen()
    {
        using var folder = Folder();
        await Train("whole", null, resume: false);
        Assert.True((await Train("parts", 5, resume: false)).WasInterrupted);
        Assert.False((await Train("parts", null, resume: true)).WasInterrupted);
        Assert.Equal(File.ReadAllText(folder["whole/metrics.jsonl"]), File.ReadAllText(folder["parts/metrics.jsonl"]));
        Assert.Equal(File.ReadAllBytes(folder["whole/best/model.safetensors"]), File.ReadAllBytes(folder["parts/best/model.safetensors"]));
        var refused = await Assert.ThrowsAsync<UsageException>(() => Train("parts", null, resume: true, block: 32));
        Assert.StartsWith($"The pre-training in '{folder["parts"]}' can only go on as it began, with what '", refused.Message, StringComparison.Ordinal);

        async Task<TrainingResult> Train(string output, int? until, bool resume, int block = 24)
        {
            using var stopping = new CancellationTokenSource();
            Pretrainer pretrainer = new(CheckpointFolder.Open(Repository.Fixture("models", "t5-v1_1")), new(TorchSharp.torch.CPU, TorchSharp.torch.float32), new ConsoleLog(TextWriter.Null, isVerbose: false));
            PretrainingSettings settings = new() { Objectives = new Dictionary<string, double> { ["span"] = 1, ["mlm"] = 2 }, Block = block };
            return await pretrainer.TrainAsync(
                settings,
                new()
                {
                    Data = [folder["text.txt"]],
                    HeldOut = [folder["text.txt"]],
                    Output = folder[output],
                    Recipe = standing => standing with { MaxSteps = 8, BatchSize = 2, EvaluateEvery = 3 },
                    Resume = resume,
                    OnStep = step => (step.Step == until ? stopping : null)?.Cancel(),
                },
                stopping.Token);
        }
    }

    [Theory]
    [InlineData("gpt2", "Objective 'span' needs an encoder and a decoder, but backbone 'gpt2' of family gpt2 has none. Those that suit it: clm (causal language modelling), prefix (prefix language modelling), rtd (replaced-token detection), sop (sentence-order prediction).", "--objective", "span")]
    [InlineData("marian", "Objective 'span' needs 8 sentinels <extra_id_N> in its tokenizer, which has 0, but backbone 'marian' of family marian has none. Those that suit it: prefix (prefix language modelling), rtd (replaced-token detection), sop (sentence-order prediction).", "--objective", "span")]
    [InlineData("gpt2", "--objective must be one of clm, prefix, mlm, tlm, span, ul2, denoise, rtd, sop, but is 'spam'. Did you mean 'span'?", "--objective", "spam")]
    [InlineData("gpt2", "The weight of an objective must be a number above 0, but is '0' in 'clm:0'.", "--objective", "clm:0")]
    [InlineData("gpt2", "--objective must name each objective once, but names 'clm' twice.", "--objective", "clm", "--objective", "clm:2")]
    [InlineData("gpt2", "--block must be at least 8, but is 7.", "--objective", "clm", "--block", "7")]
    [InlineData("gpt2", "--density must be between 0 and 1, but is 1.", "--objective", "clm", "--density", "1")]
    [InlineData("gpt2", "Pre-training makes a backbone, so its tuning must be 'full', but is 'LowRank'. Leave it out, or train a task by 'ptgp train'.", "--objective", "clm", "--block", "24", "--recipe", "tuning=lowRank")]
    public async Task WhatWillNotDoIsSaidBeforeAnythingIsWritten(string model, string message, params string[] args)
    {
        using var folder = Folder();
        Assert.Equal((2, "", message + "\n"), await folder.RunAsync(["pretrain", Repository.Fixture("models", model), "--data", "text.txt", "--output", "made", .. args]));
        Assert.False(Directory.Exists(folder["made"]));
    }

    [Fact]
    public async Task ALineWithoutTwoTextsIsNamed()
    {
        using var folder = Folder();
        var (code, _, error) = await Run(folder, "bert", "--objective", "tlm");
        Assert.Equal((1, $"{folder["text.txt"]}(1): a line must be two texts that say the same, with one tab between, but is 'a man rides a bike . two dogs play in the snow .'.\n"), (code, error));
    }

    private static CommandFolder Folder(bool hasPairs = false)
    {
        CommandFolder folder = new();
        folder.Write("text.txt", hasPairs ? string.Concat(Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"{line}\t{line}\n")) : string.Concat(Enumerable.Repeat(Text, 4)));
        return folder;
    }

    private static Task<(int Code, string Out, string Error)> Run(CommandFolder folder, string model, params string[] args) => folder.RunAsync(
        ["pretrain", Repository.Fixture("models", model), "--data", "text.txt", "--held-out", "text.txt", "--output", "made", "--block", "24", .. Recipe("batchSize=4", "learningRate=3e-3", "dropout=0", "maxSteps=16", "evaluateEvery=4"), .. args]);

    private static IEnumerable<string> Recipe(params string[] settings) => settings.SelectMany(setting => new[] { "--recipe", setting });

    private static List<JsonNode> Evaluations(CommandFolder folder) =>
        [.. File.ReadLines(folder["made/metrics.jsonl"]).Select(line => JsonNode.Parse(line)!["evaluation"]).OfType<JsonNode>()];
}
