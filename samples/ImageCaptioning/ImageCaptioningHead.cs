using ImageCaptioning.Pictures;
using Ptgp;
using Ptgp.Toolkit.Heads;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ImageCaptioning;

/// <summary>Reads a picture by a way in of its own: patches, a line after another, each brought to the backbone's width by one linear layer. What is written is the backbone's.</summary>
internal sealed class ImageCaptioningHead : WritingHead<Picture, Caption>
{
    private readonly ImageCaptioningOptions options;
    private readonly Linear patches;

    public ImageCaptioningHead(IBackbone backbone, ImageCaptioningOptions options) : base(backbone)
    {
        this.options = options;
        patches = nn.Linear(FrameWidth, backbone.Width);
        RegisterComponents();
    }

    // The backbone knows which patch comes after which; its row and column are two ones among as many values as there are of each.
    private int FrameWidth => (3 * options.PatchSide * options.PatchSide) + (2 * (options.Size / options.PatchSide));

    public override Features EncodeInput(Picture part)
    {
        var (side, count, pixels) = (options.PatchSide, options.Size / options.PatchSide, PictureFile.Read(part.Image).ToSquare(options.Size));
        var frames = new float[count * count * FrameWidth];
        for (var patch = 0; patch < count * count; patch++)
        {
            var (row, column) = (patch / count, patch % count);
            var frame = frames.AsSpan(patch * FrameWidth, FrameWidth);
            for (var y = 0; y < side; y++)
            {
                for (var x = 0; x < 3 * side; x++)
                {
                    frame[(y * 3 * side) + x] = (pixels[(((row * side) + y) * options.Size * 3) + (column * side * 3) + x] / 127.5f) - 1; // from -1 to 1
                }
            }

            frame[(3 * side * side) + row] = frame[(3 * side * side) + count + column] = 1;
        }

        return Features.FromFrames(frames, FrameWidth);
    }

    public override Embedded Embed(Batch batch) => new(patches.call(batch.Source), batch.Mask); // [batch, patches, width]

    protected override string TextOf(Caption output) => output.Text;

    protected override Caption Compose(Picture input, string text, Written? written) => new(text, written?.Best.Score);
}
