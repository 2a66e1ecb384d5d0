namespace Ptgp.Toolkit.Text;

/// <summary>Finds what a vocabulary calls a language.</summary>
public static class LanguageNames
{
    /// <summary>Finds the entry for a language, however the language is written: as the entry itself, by a code, by its English name, or as another vocabulary has it: <c>deu_Latn</c>, <c>de_DE</c>, <c>__de__</c> and <c>&gt;&gt;deu&lt;&lt;</c> are one.</summary>
    /// <param name="entries">The entries that name languages, such as those of <see cref="ITokenizer.Languages"/>.</param>
    /// <param name="wanted">The language.</param>
    /// <param name="option">What the option is called that says it, for the message.</param>
    /// <exception cref="OptionException">There is none, or more than one; the message says how many there are, and names the nearest or the first of them.</exception>
    public static string Find(IEnumerable<string> entries, string wanted, string option = "language")
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
            0 => throw new OptionException(option, $"must be one of the {all.Length} languages that the backbone was taught, but is '{wanted}'. {Near(all, wanted)}"),
            _ => throw new OptionException(option, $"must be a language that the backbone was taught, but '{wanted}' may be {string.Join(" or ", same.Select(entry => $"'{entry}'"))}. Name one of them."),
        };
    }

    /// <summary>Tells whether two names may mean one language: <c>de</c>, <c>German</c> and <c>deu_Latn</c> may.</summary>
    public static bool MayBeSame(string one, string other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return LanguageName.Of(one).MayBe(LanguageName.Of(other));
    }

    /// <summary>Says a name with the language's English name: <c>'deu_Latn' (German)</c>; what names no language that is known stands alone.</summary>
    public static string Describe(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Language.Find(name) is { } language && language.Name != name ? $"'{name}' ({language.Name})" : $"'{name}'";
    }

    private static string Near(string[] entries, string wanted)
    {
        var near = entries
            .Select(entry => (Entry: entry, Distance: new[] { entry, Language.Bare(entry), Language.Find(entry)?.Name ?? entry }.Min(name => Distance(name.ToUpperInvariant(), wanted.ToUpperInvariant()))))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault((Entry: "", Distance: int.MaxValue));
        if (near.Distance <= Math.Max(1, wanted.Length / 3))
        {
            return $"Did you mean {Describe(near.Entry)}?";
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
