using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed class TopicHead : TaskHead<string, IReadOnlyList<Class>>
{
    private readonly IReadOnlyList<string> topics;
    private readonly Linear logits;

    public TopicHead(IBackbone backbone, IReadOnlyList<string> topics) : base(backbone)
    {
        this.topics = topics;
        logits = nn.Linear(backbone.Width, topics.Count);
        RegisterComponents();
    }

    public override Features EncodeInput(string part) => Backbone.Read(part);

    #region quote
    public override Target EncodeTarget(string part, IReadOnlyList<Class> output) =>
        Target.FromValues(topics.Select(topic => output.Any(label => label.Label == topic) ? 1f : 0f));

    public override TaskLoss Loss(EncodedBatch<string> batch) => new(
        nn.functional.binary_cross_entropy_with_logits(logits.call(Common.Pool(batch)), batch.Values, reduction: nn.Reduction.Sum),
        batch.Values.numel());

    public override IReadOnlyList<IReadOnlyList<Class>> Predict(EncodedBatch<string> batch)
    {
        var p = logits.call(Common.Pool(batch)).sigmoid().cpu(); // [batch, topics]
        return [.. batch.Parts.Select((_, row) =>
            topics.Zip(p[row].data<float>(), (topic, likely) => new Class(topic, likely)).Where(topic => topic.Probability > 0.5f).ToList())];
    }
    #endregion
}
