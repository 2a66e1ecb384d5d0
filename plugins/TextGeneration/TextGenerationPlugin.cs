using System.Globalization;

namespace Ptgp.TextGeneration;

/// <summary>Goes on from prompts and conversations.</summary>
public sealed class TextGenerationPlugin(TextGenerationOptions options) : TaskPlugin<Prompt, Generated>
{
    private readonly TextGenerationOptions options = options;

    /// <summary>Initializes the plugin with the default options.</summary>
    public TextGenerationPlugin() : this(new())
    {
    }

    /// <inheritdoc />
    public override string Name => "textgeneration";

    /// <inheritdoc />
    public override BackboneFeatures Needs => BackboneFeatures.Writes;

    /// <inheritdoc />
    public override IReadOnlyList<DatasetAdapter<Prompt, Generated>> Datasets => TextGenerationDatasets.All(options);

    /// <inheritdoc />
    public override FineTuningRecipe Recipe => new()
    {
        Rank = 16,
        Alpha = 32,
        Targets = ["q", "k", "v", "o", "up", "down"],
        LearningRate = 2e-4,
        Warmup = 0.03,
        BatchSize = 16,
        MaxInputLength = 1024,
        MaxTargetLength = 1024,
    };

    /// <inheritdoc />
    public override ITaskHead<Prompt, Generated> CreateHead(IBackbone backbone)
    {
        var head = new TextGenerationHead(backbone, options);
        return options.Stride is not { } stride || stride < head.Length
            ? head
            : throw new OptionException("stride", $"must be below the window's {head.Length} tokens, so that each window has something before what it scores, but is {stride}. Lower it, or raise 'window' where the backbone reads more.");
    }

    /// <inheritdoc />
    /// <remarks>Each token of all continuations counts the same.</remarks>
    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<Prompt, Generated>> answers)
    {
        var scored = answers.Select(answer => answer.Predicted).Where(answer => answer.Tokens > 0).ToList();
        var (score, tokens) = (scored.Sum(answer => answer.Score!.Value), scored.Sum(answer => (long)answer.Tokens!.Value));
        var stride = options.Stride is { } given ? given.ToString(CultureInfo.InvariantCulture) : "half";
        return [new("perplexity", Math.Exp(-score / Math.Max(tokens, 1)), LowerIsBetter: true) { Signature = $"tokens:{tokens}|window:{options.Window}|stride:{stride}" }];
    }

    /// <inheritdoc />
    public override Prompt FromText(string text) => new() { Text = text };

    /// <inheritdoc />
    public override string ToText(Generated output) => output.Text.ReplaceLineEndings(" ");
}
