namespace ImageCaptioning.Pictures;

/// <summary>Reads picture files.</summary>
internal static class PictureFile
{
    /// <summary>More than any camera's, so that a broken header takes no memory.</summary>
    public const long MostPixels = 1 << 28;

    /// <summary>Reads a PNG or a PPM, whichever its first bytes say.</summary>
    /// <exception cref="FormatException">It cannot be read; the message is for whoever asked.</exception>
    public static Pixels Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            return bytes.AsSpan().StartsWith(PngFile.Signature) ? PngFile.Read(bytes)
                : bytes.AsSpan().StartsWith("P6"u8) ? PpmFile.Read(bytes)
                : throw new InvalidDataException("it must be a PNG or a binary PPM (P6), but begins like neither");
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"Picture '{path}' cannot be read: {fault.Message.TrimEnd('.')}.", fault);
        }
    }
}
