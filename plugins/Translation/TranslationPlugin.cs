using Ptgp.Toolkit.Metrics;
using Ptgp.Toolkit.Text;

namespace Ptgp.Translation;

/// <summary>Translates text.</summary>
public sealed class TranslationPlugin(TranslationOptions options) : TaskPlugin<Passage, Translation>
{
    private readonly TranslationOptions options = options;

    /// <summary>Initializes the plugin with the default options.</summary>
    public TranslationPlugin() : this(new())
    {
    }

    /// <inheritdoc />
    public override string Name => "translation";

    /// <inheritdoc />
    public override BackboneFeatures Needs => BackboneFeatures.Writes;

    /// <inheritdoc />
    public override IReadOnlyList<DatasetAdapter<Passage, Translation>> Datasets => TranslationDatasets.All(options);

    /// <inheritdoc />
    public override FineTuningRecipe Recipe => new()
    {
        Rank = 16,
        Alpha = 32,
        Targets = ["q", "k", "v", "o", "up", "down"],
        LearningRate = 1e-3,
        LabelSmoothing = 0.1,
    };

    /// <inheritdoc />
    public override ITaskHead<Passage, Translation> CreateHead(IBackbone backbone)
    {
        // What the options say is refused here; what they leave out may come with each text.
        var (any, pair) = (backbone.Tokenizer.Languages.Keys.FirstOrDefault(), backbone.Tokenizer.Pair);
        var (from, to) = (options.From ?? pair?.From ?? any ?? "English", options.To ?? any ?? pair?.To ?? "English");
        try
        {
            var direction = Direction.Of(new() { Text = "" }, options with { From = from, To = to }, backbone);
            var length = backbone.Tokenizer.Encode(direction.Prefix, new() { Language = direction.Reads }).Tokens.Count;
            LongText.CheckPrefix(length, backbone.MaxLength);
            return new TranslationHead(backbone, options);
        }
        catch (FormatException fault) when (fault is not OptionException)
        {
            throw new InvalidOperationException(fault.Message, fault);
        }
    }

    /// <inheritdoc />
    public override IReadOnlyList<OpenOption> FindOpenOptions(IBackbone backbone) => [.. Direction.FindOpen(options, backbone)];

    /// <inheritdoc />
    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<Passage, Translation>> answers)
    {
        string[] written = [.. answers.Select(answer => answer.Predicted.Text)], expected = [.. answers.Select(answer => answer.Expected.Text)];
        var (bleu, chrf) = (new Bleu().Corpus(written, expected), new Chrf().Corpus(written, expected));
        return [new("bleu", bleu.Score) { Signature = bleu.Signature }, new("chrf", chrf.Score) { Signature = chrf.Signature }];
    }

    /// <inheritdoc />
    public override Passage FromText(string text) => new() { Text = text };

    /// <inheritdoc />
    public override string ToText(Translation output) => output.Text.ReplaceLineEndings(" ");
}
