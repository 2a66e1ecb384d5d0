using Ptgp;
using Ptgp.Toolkit.Readers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Sentiment;

/// <summary>How a review feels.</summary>
public enum Feeling { Negative, Positive }

/// <summary>Tells whether a review is positive or negative.</summary>
public sealed class SentimentPlugin : TaskPlugin<string, Feeling>
{
    public override string Name => "sentiment";

    public override IReadOnlyList<DatasetAdapter<string, Feeling>> Datasets => [new ReviewTsv()];

    public override FineTuningRecipe Recipe => new() { Tuning = BackboneTuning.Frozen, LearningRate = 1e-2 };

    public override ITaskHead<string, Feeling> CreateHead(IBackbone backbone) => new FeelingHead(backbone);

    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<string, Feeling>> answers) =>
        [new Metric("accuracy", answers.Average(a => a.Predicted == a.Expected ? 1.0 : 0.0))];
}

/// <summary>Classifies the mean of the backbone's states.</summary>
internal sealed class FeelingHead : TaskHead<string, Feeling>
{
    private readonly Linear classify;

    public FeelingHead(IBackbone backbone) : base(backbone)
    {
        classify = nn.Linear(backbone.Width, Enum.GetValues<Feeling>().Length);
        RegisterComponents();
    }

    public override Features EncodeInput(string part) =>
        Features.FromText(Backbone.Tokenizer.Encode(part, new() { MaxLength = Backbone.MaxLength }));

    public override Target EncodeTarget(string part, Feeling output) => Target.FromLabels((long)output);

    public override TaskLoss Loss(EncodedBatch<string> batch) => new(
        nn.functional.cross_entropy(Logits(batch), batch.Labels.squeeze(1), reduction: nn.Reduction.Sum), batch.Parts.Count);

    public override IReadOnlyList<Feeling> Predict(EncodedBatch<string> batch) =>
        [.. Logits(batch).argmax(1).cpu().data<long>().Select(label => (Feeling)label)];

    private Tensor Logits(EncodedBatch<string> batch)
    {
        var mask = batch.Mask.unsqueeze(-1).to_type(batch.States.dtype);             // [batch, length, 1]
        return classify.call((batch.States * mask).sum(1) / mask.sum(1));            // [batch, feelings]
    }
}

/// <summary>Reads lines of <c>positive|negative, tab, review</c>.</summary>
internal sealed class ReviewTsv : DatasetAdapter<string, Feeling>
{
    public override string Format => "tsv";

    public override IEnumerable<Example<string, Feeling>> Read(string path) =>
        TextFile.Read(path).ToExamples(line => line.Text.Split('\t') is [var word, var review] && Enum.GetNames<Feeling>().Contains(word, StringComparer.OrdinalIgnoreCase)
            ? new Example<string, Feeling>(review, Enum.Parse<Feeling>(word, ignoreCase: true))
            : throw line.Fault($"a line must be 'feeling<tab>review', but is '{line.Text}'."));
}
