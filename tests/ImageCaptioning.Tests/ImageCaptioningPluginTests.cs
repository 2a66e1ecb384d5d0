using Ptgp;
using Ptgp.Testing;

namespace ImageCaptioning.Tests;

/// <summary>What a stranger's test of his plugin looks like.</summary>
public sealed class ImageCaptioningPluginTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void ItKeepsTheContract()
    {
        var drawings = Drawing.All(times: 1, seed: 3).ToList();
        drawings[0].SavePng(folder["0.png"]);
        drawings[1].SavePpm(folder["1.ppm"]);
        PluginContract.Verify(new ImageCaptioningPlugin(), folder.Write("captions.tsv", $"image\tcaption\n0.png\t{drawings[0].Caption}\n1.ppm\t{drawings[1].Caption}\n"));
    }

    [Fact]
    public void ItKeepsTheContractByOtherOptions()
    {
        Drawing.All(times: 1, seed: 3).First().SavePng(folder["0.png"]);
        Example<Picture, Caption> example = new(new(folder["0.png"]), new("a red circle"));
        PluginContract.Verify(new ImageCaptioningPlugin(new() { Size = 20, PatchSide = 5 }), [example, example]);
    }

    [Fact]
    public void OptionsThatDoNotFitAreRefused()
    {
        using TinyBackbone backbone = new(maxLength: 60);
        Assert.StartsWith("'size' must be a multiple of 'patchSide', but is 32 where that is 5.",
            Assert.Throws<OptionException>(() => new ImageCaptioningPlugin(new() { PatchSide = 5 }).CreateHead(backbone)).Message, StringComparison.Ordinal);
        Assert.StartsWith("A picture must have at most 60 patches, which is what this backbone reads, but has 64.",
            Assert.Throws<InvalidOperationException>(() => new ImageCaptioningPlugin(new() { Size = 64 }).CreateHead(backbone)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingPictureIsFoundByItsLine()
    {
        var file = folder.Write("captions.tsv", "gone.png\ta red circle\n");
        var fault = Assert.IsType<InvalidDataException>(new ImageCaptioningPlugin().Datasets[0].Read(file).Single().Fault);
        Assert.StartsWith($"{file}(1): a picture must be there, but '{folder["gone.png"]}' is not.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ScoresAreOfTexts()
    {
        Picture picture = new("0.png");
        var metrics = new ImageCaptioningPlugin().Score([new(picture, new("a red circle", -1), new("a red circle")), new(picture, new("a red square"), new("a blue square"))]);
        Assert.Equal(["chrf", "exact"], metrics.Select(metric => metric.Name));
        Assert.Equal(50, metrics[1].Value);
        Assert.InRange(metrics[0].Value, 60, 99);
    }
}
