using Ptgp.Toolkit.Text;

namespace Ptgp.Summarization;

/// <summary>Cuts a text into as few parts as can be read, of about the same length, between sentences.</summary>
internal static class Parts
{
    /// <summary>Finds the parts.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lengthOf">How many tokens a text has, with what is read around it.</param>
    /// <param name="most">How many are read.</param>
    /// <param name="language">The text's language, if it is known.</param>
    /// <returns>Where the parts stand, in order; what stands between them is white space alone.</returns>
    public static IReadOnlyList<Range> Of(string text, Func<string, int> lengthOf, int most, string? language)
    {
        var pieces = LongText.Split(text, piece => lengthOf(piece) <= most, language);
        if (pieces.Count == 0)
        {
            return [];
        }

        // Each with the white space before it, which may be tokens too.
        var around = lengthOf("");
        int[] lengths = [.. pieces.Select((piece, i) => lengthOf(text[(i == 0 ? piece.Start : pieces[i - 1].End)..piece.End]) - around)];
        var room = Balanced(lengths, most - around);
        return [.. Pack(lengths, room).SelectMany(part => Fitting(text, pieces, part.Start.Value, part.End.Value, lengthOf, most))];
    }

    // The least room in which the pieces need no more parts than in the room there is.
    private static int Balanced(int[] lengths, int room)
    {
        var (count, least, enough) = (Pack(lengths, room).Count, 1, room);
        while (least < enough)
        {
            var middle = least + ((enough - least) / 2);
            (least, enough) = Pack(lengths, middle).Count <= count ? (least, middle) : (middle + 1, enough);
        }

        return enough;
    }

    private static List<Range> Pack(int[] lengths, int room)
    {
        var (parts, start, sum) = (new List<Range>(), 0, 0);
        for (var i = 0; i < lengths.Length; i++)
        {
            if (i > start && sum + lengths[i] > room)
            {
                parts.Add(start..i);
                (start, sum) = (i, 0);
            }

            sum += lengths[i];
        }

        parts.Add(start..lengths.Length);
        return parts;
    }

    // A text may have more tokens than its pieces have: then the part is halved.
    private static IEnumerable<Range> Fitting(string text, IReadOnlyList<Range> pieces, int start, int end, Func<string, int> lengthOf, int most)
    {
        var whole = pieces[start].Start..pieces[end - 1].End;
        var middle = start + ((end - start) / 2);
        return end - start == 1 || lengthOf(text[whole]) <= most
            ? [whole]
            : Fitting(text, pieces, start, middle, lengthOf, most).Concat(Fitting(text, pieces, middle, end, lengthOf, most));
    }
}
