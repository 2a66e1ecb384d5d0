using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Ptgp.Toolkit.Metrics;
using Ptgp.Toolkit.Text;

namespace Ptgp.Summarization;

/// <summary>Summarizes text.</summary>
public sealed class SummarizationPlugin(SummarizationOptions options, ILogger<SummarizationPlugin> log) : TaskPlugin<Document, Summary>
{
    private const int Seed = 42;

    private readonly SummarizationOptions options = options;
    private readonly ILogger log = log;

    /// <summary>Initializes the plugin with the default options.</summary>
    public SummarizationPlugin() : this(new(), NullLogger<SummarizationPlugin>.Instance)
    {
    }

    /// <inheritdoc />
    public override string Name => "summarization";

    /// <inheritdoc />
    public override BackboneFeatures Needs => BackboneFeatures.Writes;

    /// <inheritdoc />
    public override IReadOnlyList<DatasetAdapter<Document, Summary>> Datasets => SummarizationDatasets.All(options);

    /// <inheritdoc />
    public override GenerationOptions Generation => options.Style is { } style ? Styles.Of(style) : new();

    /// <inheritdoc />
    public override FineTuningRecipe Recipe => new()
    {
        Rank = 16,
        Alpha = 32,
        Targets = ["q", "k", "v", "o", "up", "down"],
        LearningRate = 1e-3,
        LabelSmoothing = 0.1,
        BatchSize = 8,
        Accumulation = 4,
        MaxInputLength = 1024,
        MaxTargetLength = 128,
    };

    /// <inheritdoc />
    public override ITaskHead<Document, Summary> CreateHead(IBackbone backbone)
    {
        SentenceLimits.Of(new() { Text = "" }, options);
        var head = new SummarizationHead(backbone, options, log);
        LongText.CheckPrefix(head.Around, backbone.MaxLength);
        return head;
    }

    /// <inheritdoc />
    public override IReadOnlyList<OpenOption> FindOpenOptions(IBackbone backbone)
    {
        string[] known = [.. backbone.Tokenizer.Languages.Keys.OrderBy(name => name, StringComparer.Ordinal)];
        return options.Language is null && known.Length > 0
            ? [new("language", "is not given: summaries are in the language that the checkpoint writes when it is told none.") { Values = known }] : [];
    }

    /// <inheritdoc />
    /// <remarks>ROUGE's F1 from 0 to 100, ROUGE-Lsum by the sentences of <see cref="SentenceSplitter"/>; after it that of the baselines, if they are asked for.</remarks>
    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<Document, Summary>> answers)
    {
        IReadOnlyList<string>[] expected = [.. answers.Select(answer => (answer.Expected.References ?? [answer.Expected.Text]).Select(OnLines).ToArray())];
        var metrics = Metrics("", answers.Select(answer => answer.Predicted.Text), expected);
        if (options.Baselines is > 0 and var count)
        {
            var random = new Random(Seed);
            metrics = metrics.Concat(Metrics($"lead{count}-", answers.Select(answer => Sentences.First(answer.Input.Text, count, options.Language)), expected))
                .Concat(Metrics($"random{count}-", answers.Select(answer => Sentences.Draw(answer.Input.Text, count, options.Language, random)), expected));
        }

        return [.. metrics];
    }

    /// <inheritdoc />
    public override Document FromText(string text) => new() { Text = text };

    /// <inheritdoc />
    public override string ToText(Summary output) => output.Text.ReplaceLineEndings(" ");

    private IEnumerable<Metric> Metrics(string kind, IEnumerable<string> written, IReadOnlyList<IReadOnlyList<string>> expected)
    {
        var rouge = new Rouge(options.UseStemmer).Corpus([.. written.Select(OnLines)], expected);
        (string Name, RougeScore Score)[] all = [("rouge1", rouge.Rouge1), ("rouge2", rouge.Rouge2), ("rougeL", rouge.RougeL), ("rougeLsum", rouge.RougeLsum)];
        return all.Select(one => new Metric(kind + one.Name, 100 * one.Score.F1) { Signature = rouge.Signature });
    }

    private string OnLines(string text) => Sentences.OnLines(text, options.Language);
}
