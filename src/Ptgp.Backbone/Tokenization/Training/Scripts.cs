using System.Globalization;

namespace Ptgp.Backbone.Tokenization.Training;

/// <summary>Which script a character is written in: the resource <c>scripts.txt</c>, read when first needed.</summary>
internal static class Scripts
{
    /// <summary>What belongs to many scripts: digits, punctuation, symbols, and all that is not assigned.</summary>
    public const byte Common = 0;

    /// <summary>Marks, which take the script of what they stand on.</summary>
    public const byte Inherited = 1;

    /// <summary>Chinese characters.</summary>
    public const byte Han = 2;

    /// <summary>One of the two syllabaries of Japanese.</summary>
    public const byte Hiragana = 3;

    /// <summary>The other syllabary of Japanese.</summary>
    public const byte Katakana = 4;

    private static readonly Lazy<(int[] Lasts, int[] Firsts, byte[] Scripts)> Table = new(Read);

    /// <summary>Gets the number of a character's script; the numbers of those without a name here hold within a process alone.</summary>
    public static byte Of(int character)
    {
        var (lasts, firsts, scripts) = Table.Value;
        var at = Array.BinarySearch(lasts, character);
        at = at < 0 ? ~at : at;
        return at < lasts.Length && character >= firsts[at] ? scripts[at] : Common;
    }

    private static (int[] Lasts, int[] Firsts, byte[] Scripts) Read()
    {
        var numbers = new Dictionary<string, byte> { [nameof(Common)] = Common, [nameof(Inherited)] = Inherited, [nameof(Han)] = Han, [nameof(Hiragana)] = Hiragana, [nameof(Katakana)] = Katakana };
        var (lasts, firsts, scripts) = (new List<int>(), new List<int>(), new List<byte>());
        using var stream = typeof(Scripts).Assembly.GetManifestResourceStream("scripts.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var blank = line.IndexOf(' ', StringComparison.Ordinal);
            var dash = line.AsSpan(0, blank).IndexOf('-');
            firsts.Add(Hex(line.AsSpan(0, dash < 0 ? blank : dash)));
            lasts.Add(Hex(line.AsSpan(dash + 1, blank - dash - 1)));
            var name = line[(blank + 1)..];
            numbers.TryAdd(name, (byte)numbers.Count);
            scripts.Add(numbers[name]);
        }

        return ([.. lasts], [.. firsts], [.. scripts]);
    }

    private static int Hex(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
