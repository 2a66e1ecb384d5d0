using System.Globalization;

namespace Ptgp.Backbone.Tokenization.Normalizers;

/// <summary>
/// How characters decompose and compose, and the combining classes of marks: the resource <c>unicode.txt</c>, read when first needed.
/// Hangul syllables follow the rule of the standard instead of a table.
/// </summary>
internal sealed class UnicodeTable
{
    private const int Syllables = 0xAC00;
    private const int Leads = 0x1100;
    private const int Vowels = 0x1161;
    private const int Trails = 0x11A7;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = 19 * VowelCount * TrailCount;

    private static readonly Lazy<UnicodeTable> Loaded = new(Load);

    private readonly Dictionary<int, int[]> canonical = [];
    private readonly Dictionary<int, int[]> compatible = [];
    private readonly Dictionary<long, int> composed = [];
    private readonly Dictionary<int, byte> classes = [];

    private UnicodeTable()
    {
    }

    /// <summary>Gets the table.</summary>
    public static UnicodeTable Instance => Loaded.Value;

    /// <summary>Gets the combining class of a character; 0 for all that combine with nothing.</summary>
    public int ClassOf(int value) => value < 0x300 ? 0 : classes.GetValueOrDefault(value);

    /// <summary>Gives all that a character is made of.</summary>
    public void Decompose(int value, bool isCompatible, Action<int> add)
    {
        if (value - Syllables is >= 0 and < SyllableCount and var index)
        {
            add(Leads + (index / (VowelCount * TrailCount)));
            add(Vowels + (index % (VowelCount * TrailCount) / TrailCount));
            if (index % TrailCount != 0)
            {
                add(Trails + (index % TrailCount));
            }
        }
        else if ((isCompatible && compatible.TryGetValue(value, out var parts)) || canonical.TryGetValue(value, out parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, isCompatible, add);
            }
        }
        else
        {
            add(value);
        }
    }

    /// <summary>Gets what two characters compose; null when nothing.</summary>
    public int? Compose(int first, int second)
    {
        if (first - Leads is >= 0 and < 19 and var lead && second - Vowels is >= 0 and < VowelCount and var vowel)
        {
            return Syllables + (((lead * VowelCount) + vowel) * TrailCount);
        }

        if (first - Syllables is >= 0 and < SyllableCount and var syllable && syllable % TrailCount == 0 && second - Trails is > 0 and < TrailCount and var trail)
        {
            return first + trail;
        }

        return composed.TryGetValue(((long)first << 32) | (uint)second, out var value) ? value : null;
    }

    /// <summary>Reads lines such as <c>C0*41 300</c> (composes again), <c>212B=C5</c>, <c>FB01~66 69</c> (compatible) and <c>300-314:230</c> (class).</summary>
    private static UnicodeTable Load()
    {
        var table = new UnicodeTable();
        using var stream = typeof(UnicodeTable).Assembly.GetManifestResourceStream("unicode.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var mark = line.AsSpan().IndexOfAny("*=~:");
            if (mark <= 0 || line[0] == '#')
            {
                continue;
            }

            var rest = line.AsSpan(mark + 1);
            if (line[mark] == ':')
            {
                var dash = line.IndexOf('-', StringComparison.Ordinal);
                var last = Hex(line.AsSpan(dash + 1, mark - dash - 1));
                for (var value = dash < 0 ? last : Hex(line.AsSpan(0, dash)); value <= last; value++)
                {
                    table.classes[value] = byte.Parse(rest, CultureInfo.InvariantCulture);
                }

                continue;
            }

            var parts = new List<int>(2);
            foreach (var part in rest.Split(' '))
            {
                parts.Add(Hex(rest[part]));
            }

            var key = Hex(line.AsSpan(0, mark));
            (line[mark] == '~' ? table.compatible : table.canonical)[key] = [.. parts];
            if (line[mark] == '*')
            {
                table.composed[((long)parts[0] << 32) | (uint)parts[1]] = key;
            }
        }

        return table;
    }

    private static int Hex(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
