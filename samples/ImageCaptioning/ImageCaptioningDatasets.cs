using Ptgp;
using Ptgp.Toolkit.Readers;

namespace ImageCaptioning;

/// <summary>Reads lines of <c>picture, tab, caption</c>; the picture's path is relative to the file.</summary>
internal sealed class CaptionTsv : DatasetAdapter<Picture, Caption>
{
    public override string Format => "tsv";

    public override IEnumerable<Example<Picture, Caption>> Read(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return TsvFile.Read(path, first => first.Contains("image")).ToExamples(row =>
        {
            var image = Path.Combine(folder, row.Get("image", "1"));
            return File.Exists(image)
                ? new Example<Picture, Caption>(new(image), new(row.Get("caption", "2")))
                : throw row.Fault($"a picture must be there, but '{image}' is not. Paths are relative to this file.");
        });
    }
}
