using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

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
            throw new InvalidDataException($"{path}({LineOfFirstWrong(path)}): a text file must be UTF-8, but this line is not. Save it as UTF-8, or leave it out.", problem);
        }
    }

    // A reader decodes ahead of the line that it gives.
    private static long LineOfFirstWrong(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        var (line, number) = (new List<byte>(), 1L);
        for (var one = file.ReadByte(); one >= 0; one = file.ReadByte())
        {
            if (one != '\n')
            {
                line.Add((byte)one);
            }
            else if (Utf8.IsValid(CollectionsMarshal.AsSpan(line)))
            {
                number++;
                line.Clear();
            }
            else
            {
                break;
            }
        }

        return number;
    }
}
