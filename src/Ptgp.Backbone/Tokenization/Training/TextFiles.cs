using System.Text;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>Reads the lines of text files, one after the other, whatever their size.</summary>
internal static class TextFiles
{
    /// <summary>Reads all lines that are not blank.</summary>
    /// <param name="paths">The files, in order, in UTF-8.</param>
    /// <param name="report">Is told, every now and then, which share of all bytes was read.</param>
    /// <exception cref="InvalidDataException">A file is no text.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IEnumerable<string> Lines(IReadOnlyList<string> paths, Action<double> report)
    {
        var (total, before, number) = (Math.Max(1, paths.Sum(path => new FileInfo(path).Length)), 0L, 0);
        foreach (var path in paths)
        {
            using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
            while (Next(reader, path) is { } line)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    yield return line;
                }

                if (++number % 10_000 == 0)
                {
                    report((double)(before + reader.BaseStream.Position) / total);
                }
            }

            before += reader.BaseStream.Length;
        }
    }

    private static string? Next(StreamReader reader, string path)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (DecoderFallbackException problem)
        {
            throw new InvalidDataException($"'{path}' must be text in UTF-8, but is not: {problem.Message} Convert it, or leave it out.", problem);
        }
    }
}
