using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ptgp.Architecture.Tests.Sketches;

internal sealed record Picture(float[] Pixels, int Width, int Height); // red, green, blue of each pixel, a line after another

/// <summary>Reads pictures by a way in of its own: patches of 16 × 16 pixels, through one linear layer.</summary>
internal sealed class CaptionHead : TaskHead<Picture, string>
{
    private const int Side = 16, PatchWidth = 3 * Side * Side;
    private readonly Linear patches;

    public CaptionHead(IBackbone backbone) : base(backbone)
    {
        patches = nn.Linear(PatchWidth, backbone.Width);
        RegisterComponents();
    }

    public override Features EncodeInput(Picture part) => Features.FromFrames(
    [
        .. from top in Enumerable.Range(0, part.Height / Side)
           from left in Enumerable.Range(0, part.Width / Side)
           from y in Enumerable.Range(top * Side, Side)
           from i in Enumerable.Range(3 * (y * part.Width + left * Side), 3 * Side)
           select part.Pixels[i],
    ], PatchWidth);

    #region quote
    public override Target EncodeTarget(Picture part, string output) => Backbone.Write(output);

    public override Embedded Embed(Batch batch) => new(patches.call(batch.Source), batch.Mask);

    public override TaskLoss Loss(EncodedBatch<Picture> batch) => Common.WritingLoss(Backbone, batch);

    public override async Task<string> AnswerAsync(Picture input, IAnswering<Picture, string, string> host, CancellationToken cancellation) =>
        (await host.WriteAsync(new() { Source = EncodeInput(input) }, cancellation)).Best.Text;
    #endregion
}
