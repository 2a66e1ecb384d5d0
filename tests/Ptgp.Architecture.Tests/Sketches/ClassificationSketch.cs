using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Class(string Label, float Probability = 1);

internal sealed class ClassHead : TaskHead<string, Class>
{
    private readonly IReadOnlyList<string> labels; // from the plugin's options
    private readonly Linear classes;

    #region quote
    public ClassHead(IBackbone backbone, IReadOnlyList<string> labels) : base(backbone)
    {
        this.labels = labels;
        classes = nn.Linear(backbone.Width, labels.Count);
        RegisterComponents();
    }

    public override Features EncodeInput(string part) => Backbone.Read(part);

    public override Target EncodeTarget(string part, Class output) =>
        Target.FromLabels(labels.Index().First(label => label.Item == output.Label).Index);

    public override TaskLoss Loss(EncodedBatch<string> batch) => Common.ClassLoss(classes.call(Common.Pool(batch)), batch);

    public override IReadOnlyList<Class> Predict(EncodedBatch<string> batch)
    {
        var (best, at) = classes.call(Common.Pool(batch)).softmax(1).max(1); // [batch]
        return [.. at.cpu().data<long>().Zip(best.cpu().data<float>(), (label, probability) => new Class(labels[(int)label], probability))];
    }
    #endregion
}
