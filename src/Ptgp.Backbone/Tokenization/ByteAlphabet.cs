namespace Ptgp.Backbone.Tokenization;

/// <summary>How byte-level vocabularies write bytes: printable ones of Latin-1 as they are, the others as characters from U+0100 on.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Make();
    private static readonly short[] Bytes = Invert();

    /// <summary>Gets how a byte is written.</summary>
    public static char Write(byte value) => Characters[value];

    /// <summary>Gets the byte that a character writes; -1 when it writes none.</summary>
    public static int Read(char c) => c < Bytes.Length ? Bytes[c] : -1;

    private static char[] Make()
    {
        var characters = new char[256];
        var next = 'Ā';
        for (var value = 0; value < 256; value++)
        {
            var isPrintable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            characters[value] = isPrintable ? (char)value : next++;
        }

        return characters;
    }

    private static short[] Invert()
    {
        var bytes = new short[Characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
        {
            bytes[Characters[value]] = (short)value;
        }

        return bytes;
    }
}
