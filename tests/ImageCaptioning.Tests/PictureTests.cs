using System.Text;
using Ptgp;
using Ptgp.Testing;

namespace ImageCaptioning.Tests;

/// <summary>Pictures as the sample's head encodes them: whatever file they come from, they are the same frames.</summary>
public sealed class PictureTests : IDisposable
{
    private const int Width = 32, Height = 40;

    private readonly TemporaryFolder folder = new();
    private readonly TinyBackbone backbone = new();
    private readonly byte[] grey = new byte[Width * Height], colors = new byte[3 * Width * Height];

    public PictureTests()
    {
        Random random = new(1);
        random.NextBytes(grey);
        random.NextBytes(colors);
    }

    public void Dispose()
    {
        backbone.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void APngIsReadAsThePpmOfItsColors()
    {
        var expected = Encode(Ppm(colors));
        Assert.Equal((16, 200), (expected.Length, expected.FrameWidth));
        Same(expected, PngBytes.Of(Width, 2, 3, colors));
        Same(expected, PngBytes.Of(Width, 6, 4, With(colors, 3, 255)));
        Same(Encode(Ppm([.. Enumerable.Repeat((byte)255, colors.Length)])), PngBytes.Of(Width, 6, 4, With(colors, 3, 0)));
    }

    [Fact]
    public void GreyAndPalettesBecomeColors()
    {
        var expected = Encode(Ppm([.. grey.SelectMany(value => new[] { value, value, value })]));
        Same(expected, PngBytes.Of(Width, 0, 1, grey));
        Same(expected, PngBytes.Of(Width, 4, 2, With(grey, 1, 255)));
        Same(expected, PngBytes.Of(Width, 3, 1, grey, [.. Enumerable.Range(0, 256).SelectMany(value => new[] { (byte)value, (byte)value, (byte)value })]));
    }

    [Fact]
    public void PicturesOfAnySizeAreBroughtToOne()
    {
        byte[] small = [10, 20, 30, 40, 50, 60];
        Assert.Equal(16, Encode(Ppm(small, 2, 1)).Length);
        var large = Encode(Ppm([.. Enumerable.Repeat((byte[])[0, 255, 51], 64 * 128).SelectMany(pixel => pixel)], 64, 128));
        Assert.Equal((-1f, 1f, -0.6f), (large.Frames.Span[0], large.Frames.Span[1], large.Frames.Span[2]));
    }

    [Fact]
    public void WhatIsNoPictureIsRefusedByName()
    {
        var png = PngBytes.Of(Width, 2, 3, colors);
        Refused("is cut short", png[..^30]);
        Refused("a PNG must have 8 bits a value and no interlacing, but has 16 (kind 2); save it anew", PngBytes.Of(Width, 2, 3, colors, depth: 16));
        Refused("its palette must hold colour", PngBytes.Of(Width, 3, 1, grey, [0, 0, 0]));
        Refused("it must hold 3840 bytes of colours, but is cut short after 3", Ppm([1, 2, 3]));
        Refused("its header must be P6, width, height and 255, but is not", "P6 # no end"u8.ToArray());
        Refused("a picture must have from 1 to", Encoding.ASCII.GetBytes("P6 999999 999999 255\n"));
        Refused("it must be a PNG or a binary PPM (P6), but begins like neither", [1]);
        var missing = Assert.Throws<FormatException>(() => Head().EncodeInput(new(folder["gone.png"])));
        Assert.Contains(folder["gone.png"], missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ABrokenFileIsRefusedAndNothingWorse()
    {
        byte[][] files = [PngBytes.Of(Width, 2, 3, colors), PngBytes.Of(Width, 3, 1, grey, [.. colors[..768]]), Ppm(colors)];
        Random random = new(2);
        for (var i = 0; i < 600; i++)
        {
            var file = files[i % files.Length].ToArray();
            for (var change = 0; change < 3; change++)
            {
                file[random.Next(random.Next(8, file.Length))] = (byte)random.Next(256);
            }

            try
            {
                Assert.Equal(16, Encode(file[..random.Next(file.Length / 2, file.Length + 1)]).Length);
            }
            catch (FormatException refused)
            {
                Assert.Contains(folder["picture"], refused.Message, StringComparison.Ordinal);
            }
        }
    }

    private static byte[] Ppm(byte[] colors, int width = Width, int height = Height) => [.. Encoding.ASCII.GetBytes($"P6\n# a remark\n{width} {height} 255\n"), .. colors];

    // A value more behind those of each pixel.
    private static byte[] With(byte[] values, int each, byte more) => [.. values.Chunk(each).SelectMany(pixel => pixel.Append(more))];

    private TaskHead<Picture, Caption> Head() => (TaskHead<Picture, Caption>)new ImageCaptioningPlugin().CreateHead(backbone);

    private Features Encode(byte[] file)
    {
        using var head = Head();
        return head.EncodeInput(new(folder.Write("picture", file)));
    }

    private void Same(Features expected, byte[] file) => Assert.True(expected.Frames.Span.SequenceEqual(Encode(file).Frames.Span));

    private void Refused(string why, byte[] file) => Assert.Contains(why, Assert.Throws<FormatException>(() => Encode(file)).Message, StringComparison.Ordinal);
}
