using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed class RatingHead : TaskHead<string, float>
{
    private readonly Linear rating;

    public RatingHead(IBackbone backbone) : base(backbone)
    {
        rating = nn.Linear(backbone.Width, 1);
        RegisterComponents();
    }

    public override Features EncodeInput(string part) => Backbone.Read(part);

    #region quote
    public override Target EncodeTarget(string part, float output) => Target.FromValues(output);

    public override TaskLoss Loss(EncodedBatch<string> batch) =>
        new(nn.functional.mse_loss(rating.call(Common.Pool(batch)), batch.Values, nn.Reduction.Sum), batch.Values.numel());

    public override IReadOnlyList<float> Predict(EncodedBatch<string> batch) => [.. rating.call(Common.Pool(batch)).squeeze(1).cpu().data<float>()];
    #endregion
}
