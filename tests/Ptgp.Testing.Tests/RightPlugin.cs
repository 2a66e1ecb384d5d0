using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Testing.Tests;

/// <summary>A plugin that keeps the contract: it tells how many vowels a text has, up to three. Tests break one member each.</summary>
internal class RightPlugin(Func<IBackbone, TaskHead<string, int>> head) : TaskPlugin<string, int>
{
    public RightPlugin() : this(backbone => new RightHead(backbone))
    {
    }

    public static IReadOnlyList<Example<string, int>> Examples { get; } = [new("a", 1), new("an apple", 3), new("why", 0), new("tea time is over", 3)];

    public override string Name => "vowels";

    public override IReadOnlyList<DatasetAdapter<string, int>> Datasets => [new Lines()];

    public override ITaskHead<string, int> CreateHead(IBackbone backbone) => head(backbone);

    public override IReadOnlyList<Metric> Score(IReadOnlyList<Answer<string, int>> answers) => [new("accuracy", answers.Average(answer => answer.Predicted == answer.Expected ? 1.0 : 0))];

    /// <summary>A line a text; its vowels are counted.</summary>
    private sealed class Lines : DatasetAdapter<string, int>
    {
        public override string Format => "txt";

        public override IEnumerable<Example<string, int>> Read(string path) => File.ReadLines(path).Select(line => new Example<string, int>(line, Math.Min(3, line.Count("aeiou".Contains))));
    }
}

internal class RightHead : TaskHead<string, int>
{
    protected readonly Linear classify;

    public RightHead(IBackbone backbone) : base(backbone)
    {
        classify = nn.Linear(backbone.Width, 4);
        RegisterComponents();
    }

    public override Features EncodeInput(string part) => Features.FromText(Backbone.Tokenizer.Encode(part, new() { MaxLength = Backbone.MaxLength }));

    public override Target? EncodeTarget(string part, int output) => Target.FromLabels(output);

    public override TaskLoss Loss(EncodedBatch<string> batch) => new(nn.functional.cross_entropy(Logits(batch), batch.Labels.squeeze(1), reduction: nn.Reduction.Sum), batch.Parts.Count);

    public override IReadOnlyList<int> Predict(EncodedBatch<string> batch) => [.. Logits(batch).argmax(1).data<long>().Select(label => (int)label)];

    protected Tensor Logits(EncodedBatch<string> batch)
    {
        var mask = batch.Mask.unsqueeze(-1).to_type(batch.States.dtype);
        return classify.call((batch.States * mask).sum(1) / mask.sum(1));
    }
}
