namespace Ptgp.Toolkit.Text;

/// <summary>Finds what a vocabulary calls a language.</summary>
public static class LanguageNames
{
    /// <summary>Finds the entry for a language, however the language is written: as the entry itself, by a code, by its English name, or as another vocabulary has it: <c>deu_Latn</c>, <c>de_DE</c>, <c>__de__</c> and <c>&gt;&gt;deu&lt;&lt;</c> are one.</summary>
    /// <param name="entries">The entries that name languages, such as those of <see cref="ITokenizer.Languages"/>.</param>
    /// <param name="wanted">The language.</param>
    /// <exception cref="FormatException">There is none, or more than one; the message names those that there are.</exception>
    public static string Find(IEnumerable<string> entries, string wanted)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(wanted);
        string[] all = [.. entries];
        var exact = all.FirstOrDefault(entry => entry == wanted) ?? all.FirstOrDefault(entry => string.Equals(Language.Bare(entry), Language.Bare(wanted), StringComparison.OrdinalIgnoreCase));
        var name = LanguageName.Of(wanted);
        string[] same = exact is not null ? [exact] : [.. all.Where(entry => LanguageName.Of(entry).MayBe(name))];
        // The entry that says just as much is meant: 'Spanish' is '>>es<<', beside '>>es_AR<<'.
        same = same.Length > 1 && same.Where(entry => LanguageName.Of(entry) == name).ToArray() is [var only] ? [only] : same;
        return same.Length switch
        {
            1 => same[0],
            0 => throw new FormatException($"A language must be one of those the backbone was taught, but is '{wanted}'. {Near(all, wanted)}"),
            _ => throw new FormatException($"A language must be one that the backbone was taught, but '{wanted}' may be {string.Join(" or ", same.Select(entry => $"'{entry}'"))}. Name one of them."),
        };
    }

    private static string Near(string[] entries, string wanted)
    {
        var near = entries
            .Select(entry => (Entry: entry, Distance: new[] { entry, Language.Bare(entry), Language.Find(entry)?.Name ?? entry }.Min(name => Distance(name.ToUpperInvariant(), wanted.ToUpperInvariant()))))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault((Entry: "", Distance: int.MaxValue));
        if (near.Distance <= Math.Max(1, wanted.Length / 3))
        {
            return $"Did you mean '{near.Entry}'{(Language.Find(near.Entry) is { } language ? $" ({language.Name})" : "")}?";
        }

        const int shown = 20;
        return $"It has {string.Join(", ", entries.Take(shown))}{(entries.Length > shown ? $" and {entries.Length - shown} more" : "")}.";
    }

    // Levenshtein's.
    private static int Distance(string first, string second)
    {
        var row = Enumerable.Range(0, second.Length + 1).ToArray();
        for (var i = 1; i <= first.Length; i++)
        {
            var (diagonal, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= second.Length; j++)
            {
                left = Math.Min(Math.Min(left, row[j]) + 1, diagonal + (first[i - 1] == second[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }

        return row[^1];
    }
}
