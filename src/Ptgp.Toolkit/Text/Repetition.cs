using System.Text.Json.Serialization;

namespace Ptgp.Toolkit.Text;

/// <summary>Words that a text says again and again, as a backbone does that has lost its thread.</summary>
/// <remarks>
/// A block of 1 to 32 words is a repetition when it stands in a row at least three times (a single word: four times), and more often than any
/// block of as many words does in the text that was read. Case does not matter. Of several, the one that takes up most of the text is found.
/// </remarks>
public sealed record Repetition
{
    private const int Longest = 32;

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

    /// <summary>Finds what is repeated.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="source">What was read; what it repeats itself may be repeated.</param>
    /// <returns>The repetition; null when there is none.</returns>
    public static Repetition? Find(string text, string source = "")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(source);
        var places = Words.Of(text);
        var (words, read) = (Spell(text, places), (string[]?)null);
        Repetition? worst = null;
        for (var size = 1; size <= Longest && size * 3 <= words.Length; size++)
        {
            var (first, repeats) = LongestRow(words, size);
            if (repeats < (size == 1 ? 4 : 3))
            {
                continue;
            }

            read ??= Spell(source, Words.Of(source));
            var (start, end) = (places[first].Start.Value, places[first + (size * repeats) - 1].End.Value);
            // The same row is found again in blocks of twice the size, which never cover more of it.
            if (repeats > LongestRow(read, size).Count && (worst is null || end - start > worst.End - worst.Start))
            {
                worst = new() { Text = text[start..places[first + size - 1].End], Count = repeats, Start = start, End = end };
            }
        }

        return worst;
    }

    // Words that equal those one block before them follow each other as long as the row goes on.
    private static (int First, int Count) LongestRow(string[] words, int size)
    {
        var (first, longest, equal) = (0, 0, 0);
        for (var at = size; at < words.Length; at++)
        {
            equal = words[at] == words[at - size] ? equal + 1 : 0;
            if (equal > longest)
            {
                (first, longest) = (at - equal - size + 1, equal);
            }
        }

        return (first, words.Length < size ? 0 : (longest / size) + 1);
    }

    private static string[] Spell(string text, IReadOnlyList<Range> words) => [.. words.Select(word => text[word].ToUpperInvariant())];
}
