namespace ImageCaptioning.Pictures;

/// <summary>A picture: red, green and blue of each pixel, from 0 to 255, a line after another.</summary>
internal sealed record Pixels(int Width, int Height, byte[] Colors)
{
    /// <summary>Brings the picture to a square, <c>[size, size, 3]</c>: each of its pixels is the mean of those that it covers, at least one.</summary>
    public byte[] ToSquare(int size)
    {
        var square = new byte[size * size * 3];
        for (var y = 0; y < size; y++)
        {
            var (top, bottom) = Covered(y, size, Height);
            for (var x = 0; x < size; x++)
            {
                var (left, right) = Covered(x, size, Width);
                for (var color = 0; color < 3; color++)
                {
                    var sum = 0L;
                    for (var line = top; line < bottom; line++)
                    {
                        for (var i = left; i < right; i++)
                        {
                            sum += Colors[(((long)line * Width) + i) * 3 + color];
                        }
                    }

                    square[(((y * size) + x) * 3) + color] = (byte)(sum / ((long)(bottom - top) * (right - left)));
                }
            }
        }

        return square;
    }

    private static (int From, int To) Covered(int at, int size, int length)
    {
        var from = (int)((long)at * length / size);
        return (from, Math.Max(from + 1, (int)((long)(at + 1) * length / size)));
    }
}
