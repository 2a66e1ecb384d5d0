namespace Ptgp.Toolkit.Metrics;

/// <summary>Counts the errors of transcripts: the fewest there can be, and of equally few those that jiwer 4 counts.</summary>
public static class SpeechErrors
{
    private const int NarrowestBand = 64;

    /// <summary>Counts words, which are separated by spaces.</summary>
    public static ErrorCounts OfWords(string reference, string hypothesis)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(hypothesis);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        return Count(Words(reference), Words(hypothesis));

        int[] Words(string text) => [.. text.Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word =>
        {
            if (!numbers.TryGetValue(word, out var number))
            {
                numbers[word] = number = numbers.Count;
            }

            return number;
        })];
    }

    /// <summary>Counts characters (Unicode code points), spaces among them, but not those around the text.</summary>
    public static ErrorCounts OfCharacters(string reference, string hypothesis)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(hypothesis);
        return Count(Characters(reference), Characters(hypothesis));

        static int[] Characters(string text) => [.. text.Trim().EnumerateRunes().Select(rune => rune.Value)];
    }

    private static ErrorCounts Count(ReadOnlySpan<int> reference, ReadOnlySpan<int> hypothesis)
    {
        // What both begin or end with is right, and lies outside of the search for the fewest errors.
        var start = reference.CommonPrefixLength(hypothesis);
        reference = reference[start..];
        hypothesis = hypothesis[start..];
        var end = 0;
        while (end < Math.Min(reference.Length, hypothesis.Length) && reference[^(end + 1)] == hypothesis[^(end + 1)])
        {
            end++;
        }

        return new ErrorCounts(start + end, 0, 0, 0) + Search(reference[..^end], hypothesis[..^end]);
    }

    // Texts that differ little have their fewest errors near the table's diagonal: it is searched in a band, twice as wide each time until none can lie outside.
    private static ErrorCounts Search(ReadOnlySpan<int> reference, ReadOnlySpan<int> hypothesis)
    {
        // At least as many as one text is longer are missing or too many.
        var width = Math.Max(NarrowestBand, Math.Abs(reference.Length - hypothesis.Length) + 1);
        var last = Search(reference, hypothesis, width);
        while (last.Errors >= width && width <= Math.Max(reference.Length, hypothesis.Length))
        {
            width *= 2;
            last = Search(reference, hypothesis, width);
        }

        return new(last.Hits, last.Substitutions, last.Deletions, last.Insertions);
    }

    // Levenshtein's table, a row of it at a time, as far as it is no more than a width beside its diagonal. Among equal ways to a cell, the one that the reference would walk back on.
    private static Cell Search(ReadOnlySpan<int> reference, ReadOnlySpan<int> hypothesis, int width)
    {
        var (above, row) = (new Cell[reference.Length + 1], new Cell[reference.Length + 1]);
        Array.Fill(row, Cell.Far);
        row[0] = default;
        for (var i = 1; i <= Math.Min(reference.Length, width); i++)
        {
            row[i] = row[i - 1].Delete();
        }

        Array.Fill(above, Cell.Far);
        for (var j = 1; j <= hypothesis.Length; j++)
        {
            (above, row) = (row, above);
            var (first, last) = (Math.Max(1, j - width), Math.Min(reference.Length, (int)Math.Min(int.MaxValue, (long)j + width)));
            row[first - 1] = first == 1 && j <= width ? above[0].Insert() : Cell.Far;
            for (var i = first; i <= last; i++)
            {
                var isHit = reference[i - 1] == hypothesis[j - 1];
                var errors = Math.Min(above[i - 1].Errors + (isHit ? 0 : 1), Math.Min(above[i].Errors, row[i - 1].Errors) + 1);
                row[i] = errors == row[i - 1].Errors + 1 ? row[i - 1].Delete()
                    : j > 1 && above[i].Errors == above[i - 1].Errors - 1 ? above[i].Insert()
                    : isHit ? above[i - 1].Hit() : above[i - 1].Substitute();
            }
        }

        return row[reference.Length];
    }

    private readonly record struct Cell(int Hits, int Substitutions, int Deletions, int Insertions)
    {
        // Outside of the band, where no way leads.
        public static readonly Cell Far = new(0, 1 << 30, 0, 0);

        public int Errors => Substitutions + Deletions + Insertions;

        public Cell Hit() => this with { Hits = Hits + 1 };

        public Cell Substitute() => this with { Substitutions = Substitutions + 1 };

        public Cell Delete() => this with { Deletions = Deletions + 1 };

        public Cell Insert() => this with { Insertions = Insertions + 1 };
    }
}
