using System.Globalization;
using System.Text;

namespace ImageCaptioning.Pictures;

/// <summary>Reads binary PPM: <c>P6</c>, width, height, 255, then the colours.</summary>
internal static class PpmFile
{
    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="InvalidDataException">It is not whole, or not of this kind.</exception>
    public static Pixels Read(byte[] file)
    {
        var at = 2;
        var (width, height, most) = (Number(), Number(), Number());
        at++; // one white space ends the header
        var length = 3L * width * height;
        return most != 255 ? throw new InvalidDataException($"a PPM must have 255 shades of a colour, but has {most}")
            : width < 1 || height < 1 || length > 3 * PictureFile.MostPixels ? throw new InvalidDataException($"a picture must have from 1 to {PictureFile.MostPixels} pixels, but has {width} × {height}")
            : file.Length - at < length ? throw new InvalidDataException($"it must hold {length} bytes of colours, but is cut short after {Math.Max(0, file.Length - at)}")
            : new(width, height, file[at..(at + (int)length)]);

        int Number()
        {
            for (; at < file.Length && (char.IsWhiteSpace((char)file[at]) || file[at] == '#'); at++)
            {
                for (; file[at] == '#' && at + 1 < file.Length && file[at + 1] != '\n'; file[++at] = (byte)'#')
                {
                }
            }

            var start = at;
            for (; at < file.Length && char.IsAsciiDigit((char)file[at]); at++)
            {
            }

            return int.TryParse(Encoding.ASCII.GetString(file, start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : throw new InvalidDataException("its header must be P6, width, height and 255, but is not");
        }
    }
}
