using System.Text;

namespace Ptgp.SpeechToText.Audio;

/// <summary>Tells the formats of sound apart by how files begin.</summary>
internal static class AudioFormat
{
    private const string Read = "WAV, FLAC, MP3 or Ogg (Vorbis, Opus, FLAC)";

    // Formats that are not read: where their mark stands, the mark, and what they are called.
    private static readonly (int Place, byte[] Mark, string Name)[] others =
    [
        (4, [.. "ftyp"u8], "MPEG-4"), (0, [.. "FORM"u8], "AIFF"), (0, [.. ".snd"u8], "AU"), (0, [.. "RIFX"u8], "RIFX"), (0, [.. "caff"u8], "CAF"), (0, [.. "#!AMR"u8], "AMR"),
        (0, [0x1A, 0x45, 0xDF, 0xA3], "Matroska or WebM"), (0, [0x30, 0x26, 0xB2, 0x75], "WMA"), (0, [.. "riff"u8], "Wave64"), (0, [.. "wvpk"u8], "WavPack"), (0, [.. "MAC "u8], "Monkey's Audio"),
        (0, [.. "ADIF"u8], "AAC"),
    ];

    /// <summary>Makes the decoder of what a file holds; of Ogg, of its first part.</summary>
    /// <param name="file">The file; it is closed with what is returned.</param>
    /// <exception cref="InvalidDataException">It holds none of the formats that are read.</exception>
    public static SoundDecoder Decoder(ByteReader file)
    {
        PassTag(file);
        var mark = file.Peek(64);
        if (mark.StartsWith("RIFF"u8) || mark.StartsWith("RF64"u8) || mark.StartsWith("BW64"u8))
        {
            return new WavDecoder(file);
        }

        if (mark.StartsWith("fLaC"u8))
        {
            return new FlacDecoder(file);
        }

        if (mark.StartsWith("OggS"u8))
        {
            return Ogg(file);
        }

        return Mp3Decoder.Begins(mark) ? new Mp3Decoder(file) : throw Unknown(file, mark);
    }

    // A page's head of 27 bytes and its table come before the first packet, which says what the others are.
    private static SoundDecoder Ogg(ByteReader file)
    {
        var page = file.Peek(27 + 255 + 8);
        var packet = page.Length > 27 ? page[Math.Min(page.Length, 27 + page[26])..] : [];
        return packet.StartsWith("OpusHead"u8) ? new OpusDecoder(file)
            : packet.StartsWith("\u0001vorbis"u8) ? new VorbisDecoder(file)
            : packet.StartsWith("\u007fFLAC"u8) ? new FlacDecoder(FlacInOgg.Open(file))
            : throw file.Fault(file.Position, $"an Ogg file must hold Vorbis, Opus or FLAC, but begins with {Describe(packet)}.");
    }

    // MP3 and FLAC files may begin with a tag of their title and the like (ID3): a head of 10 bytes, with its length in four times 7 bits.
    private static void PassTag(ByteReader file)
    {
        while (file.Peek(10) is { Length: 10 } head && head.StartsWith("ID3"u8))
        {
            var size = ((head[6] & 0x7F) << 21) | ((head[7] & 0x7F) << 14) | ((head[8] & 0x7F) << 7) | (head[9] & 0x7F);
            file.Skip(10 + size + ((head[5] & 0x10) != 0 ? 10 : 0));
        }
    }

    private static InvalidDataException Unknown(ByteReader file, ReadOnlySpan<byte> mark)
    {
        foreach (var (place, bytes, name) in others)
        {
            if (mark.Length >= place && mark[place..].StartsWith(bytes))
            {
                return file.Fault(file.Position, $"a sound file must be {Read}, but is {name}. Convert it to one of these.");
            }
        }

        return file.Fault(file.Position, mark.IsEmpty ? $"a sound file must be {Read}, but is empty." : $"a sound file must be {Read}, but begins with {Describe(mark)}.");
    }

    private static string Describe(ReadOnlySpan<byte> mark)
    {
        var start = mark[..Math.Min(8, mark.Length)];
        return start.ContainsAnyExceptInRange((byte)32, (byte)126) ? $"the bytes {Convert.ToHexString(start)}" : $"'{Encoding.ASCII.GetString(start)}'";
    }
}
