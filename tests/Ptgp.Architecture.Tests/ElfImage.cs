using System.Buffers.Binary;
using System.Text;

namespace Ptgp.Architecture.Tests;

/// <summary>A 64-bit ELF library, made byte by byte, with one needed version, two dynamic symbols and perhaps a relocation.</summary>
internal static class ElfImage
{
    public const string Version = "GLIBCXX_3.4.32";

    private const int Header = 64, SectionHeader = 64, Symbol = 24;

    // String table: a zero, then the names one after another.
    private const string Strings = "\0libstdc++.so.6\0" + Version + "\0old\0new\0";

    /// <summary>Makes an image.</summary>
    /// <param name="relocated">Which symbol a relocation uses: 1, of no version; 2, of the needed version; 0 for none.</param>
    /// <param name="flags">The flags of the version need.</param>
    /// <param name="needed">The name of the needed version.</param>
    public static byte[] Make(int relocated = 1, ushort flags = 0, string needed = Version)
    {
        var strings = Encoding.ASCII.GetBytes(Strings.Replace(Version, needed, StringComparison.Ordinal));
        byte[] symbols = [.. new byte[Symbol], .. SymbolNamed(strings, "old"), .. SymbolNamed(strings, "new")];
        byte[] versions = [.. U16(0), .. U16(1), .. U16(2)];                        // none; global; the needed version, index 2
        byte[] needs =
        [
            .. U16(1), .. U16(1), .. U32(Offset(strings, "libstdc++.so.6")), .. U32(16), .. U32(0),      // Verneed: one entry, 16 bytes on
            .. U32(0), .. U16(flags), .. U16(2), .. U32(Offset(strings, needed)), .. U32(0),             // Vernaux
        ];
        byte[] relocations = [.. U64(0x1000), .. U64(((ulong)relocated << 32) | 6), .. U64(0)];          // R_X86_64_GLOB_DAT

        (uint Type, byte[] Data, uint Link, ulong Entry)[] sections =
        [
            (0, [], 0, 0),
            (3, strings, 0, 0),
            (11, symbols, 1, Symbol),
            (0x6fffffff, versions, 2, 2),
            (0x6ffffffe, needs, 1, 0),
            (4, relocations, 2, 24),
        ];
        List<byte> body = [];
        List<byte> headers = [];
        foreach (var (type, data, link, entry) in sections)
        {
            headers.AddRange([.. U32(0), .. U32(type), .. U64(0), .. U64(0), .. U64((ulong)(Header + body.Count)), .. U64((ulong)data.Length), .. U32(link), .. U32(0), .. U64(8), .. U64(entry)]);
            body.AddRange(data);
        }

        byte[] identity = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, .. new byte[9]];
        byte[] header =
        [
            .. identity, .. U16(3), .. U16(62), .. U32(1), .. U64(0), .. U64(0), .. U64((ulong)(Header + body.Count)), .. U32(0),
            .. U16(Header), .. U16(0), .. U16(0), .. U16(SectionHeader), .. U16((ushort)sections.Length), .. U16(1),
        ];
        return [.. header, .. body, .. headers];
    }

    /// <summary>Finds where the flags of the version need stand.</summary>
    public static int FlagsOf(byte[] image)
    {
        var needs = image.AsSpan().IndexOf([.. U16(1), .. U16(1), .. U32(1), .. U32(16)]);
        return needs + 16 + 4;
    }

    private static byte[] SymbolNamed(byte[] strings, string name) => [.. U32(Offset(strings, name)), .. new byte[Symbol - 4]];

    private static uint Offset(byte[] strings, string name) => (uint)strings.AsSpan().IndexOf(Encoding.ASCII.GetBytes(name + "\0"));

    private static byte[] U16(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] U64(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
