using System.Text.Json.Serialization;

namespace Ptgp.Toolkit.Text;

/// <summary>What a text says again and again, as a backbone does that has lost its thread.</summary>
/// <remarks>
/// A block of 1 to 32 words is a repetition when it stands in a row at least three times (a single word: four times), and more often than any
/// block of as many words does in the text that was read. So is, within a word, a block of 2 to 16 letters or digits six times in a row, a single one ten times. Case does not matter. Of several,
/// the one that takes up most of the text is found.
/// </remarks>
public sealed record Repetition
{
    private static readonly Unit words = new(Longest: 32, Least: 3, LeastOfOne: 4), characters = new(Longest: 16, Least: 6, LeastOfOne: 10);

    /// <summary>Gets the block, as it stands there the first time.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>Gets how often it stands in a row.</summary>
    [JsonPropertyName("count")]
    public required int Count { get; init; }

    /// <summary>Gets where the row starts, in UTF-16 code units.</summary>
    [JsonPropertyName("start")]
    public required int Start { get; init; }

    /// <summary>Gets where the row ends.</summary>
    [JsonPropertyName("end")]
    public required int End { get; init; }

    private int Length => End - Start;

    /// <summary>Finds what is repeated.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="source">What was read; what it repeats itself may be repeated.</param>
    /// <returns>The repetition; null when there is none.</returns>
    public static Repetition? Find(string text, string source = "")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(source);
        var (written, read) = (Words.Of(text), new Lazy<IReadOnlyList<Range>>(() => Words.Of(source)));
        var worst = Find(text, written, words, size => LongestRow(Spell(source, read.Value), size).Count);
        foreach (var word in Stretched(text, written))
        {
            var found = Find(text, Characters(text, word), characters, size => Stretched(source, read.Value).Select(own => LongestRow(Spell(source, Characters(source, own)), size).Count).DefaultIfEmpty(0).Max());
            worst = found is not null && found.Length > (worst?.Length ?? 0) ? found : worst;
        }

        return worst;
    }

    private static Repetition? Find(string text, IReadOnlyList<Range> places, Unit unit, Func<int, int> rowInSource)
    {
        var spelt = Spell(text, places);
        Repetition? worst = null;
        for (var size = 1; size <= unit.Longest && size * unit.Least <= spelt.Length; size++)
        {
            var (first, repeats) = LongestRow(spelt, size);
            if (repeats < (size == 1 ? unit.LeastOfOne : unit.Least))
            {
                continue;
            }

            var (start, end) = (places[first].Start.Value, places[first + (size * repeats) - 1].End.Value);
            // The same row is found again in blocks of twice the size, which never cover more of it.
            if (end - start > (worst?.Length ?? 0) && repeats > rowInSource(size))
            {
                worst = new() { Text = text[start..places[first + size - 1].End], Count = repeats, Start = start, End = end };
            }
        }

        return worst;
    }

    // Words long enough to say something again and again by themselves; a row of points is none.
    private static IEnumerable<Range> Stretched(string text, IReadOnlyList<Range> places) =>
        places.Where(word => word.End.Value - word.Start.Value >= characters.LeastOfOne && char.IsLetterOrDigit(text, word.Start.Value));

    private static List<Range> Characters(string text, Range word)
    {
        List<Range> places = [];
        for (var at = word.Start.Value; at < word.End.Value;)
        {
            var next = at + (char.IsHighSurrogate(text[at]) && at + 1 < word.End.Value ? 2 : 1);
            places.Add(at..next);
            at = next;
        }

        return places;
    }

    // Parts that equal those one block before them follow each other as long as the row goes on.
    private static (int First, int Count) LongestRow(string[] parts, int size)
    {
        var (first, longest, equal) = (0, 0, 0);
        for (var at = size; at < parts.Length; at++)
        {
            equal = parts[at] == parts[at - size] ? equal + 1 : 0;
            if (equal > longest)
            {
                (first, longest) = (at - equal - size + 1, equal);
            }
        }

        return (first, parts.Length < size ? 0 : (longest / size) + 1);
    }

    private static string[] Spell(string text, IReadOnlyList<Range> places) => [.. places.Select(place => text[place].ToUpperInvariant())];

    // How large blocks are, and how often one must stand in a row.
    private sealed record Unit(int Longest, int Least, int LeastOfOne);
}
