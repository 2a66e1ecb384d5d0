using Ptgp;
using Ptgp.Toolkit.Metrics;

namespace ImageCaptioning;

/// <summary>Says in words what a picture shows.</summary>
public sealed class ImageCaptioningPlugin(ImageCaptioningOptions options) : TaskPlugin<Picture, Caption>
{
    private readonly ImageCaptioningOptions options = options;

    public ImageCaptioningPlugin() : this(new())
    {
    }

    public override string Name => "imagecaptioning";

    public override BackboneFeatures Needs => BackboneFeatures.Writes;

    public override IReadOnlyList<DatasetAdapter<Picture, Caption>> Datasets => [new CaptionTsv()];

    // A backbone that has read only text has to learn to see: its own copy, or at least deltas on everything.
    public override FineTuningRecipe Recipe => new() { Targets = ["q", "k", "v", "o", "up", "down"], Rank = 16, Alpha = 32, LearningRate = 1e-3 };

    public override ITaskHead<Picture, Caption> CreateHead(IBackbone backbone)
    {
        if (options.Size % options.PatchSide != 0)
        {
            throw new OptionException("size", $"must be a multiple of 'patchSide', but is {options.Size} where that is {options.PatchSide}. Change one of them.");
        }

        return options.Patches <= backbone.MaxLength ? new ImageCaptioningHead(backbone, options) : throw new InvalidOperationException(
            $"A picture must have at most {backbone.MaxLength} patches, which is what this backbone reads, but has {options.Patches}. Lower size or raise patchSide.");
    }

    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<Picture, Caption>> answers)
    {
        var chrf = new Chrf().Corpus([.. answers.Select(answer => answer.Predicted.Text)], [.. answers.Select(answer => answer.Expected.Text)]);
        return
        [
            new("chrf", chrf.Score) { Signature = chrf.Signature },
            new("exact", answers.Average(answer => answer.Predicted.Text == answer.Expected.Text ? 100.0 : 0.0)),
        ];
    }

    public override Picture FromText(string text) => new(text);

    public override string ToText(Caption output) => output.Text;
}

/// <summary>A picture to be described.</summary>
/// <param name="Image">The path of a PNG or PPM file.</param>
public sealed record Picture(string Image);

/// <summary>What it shows.</summary>
/// <param name="Text">A sentence or less.</param>
/// <param name="Score">The score of what was written; null for an expected caption.</param>
public sealed record Caption(string Text, double? Score = null);
